// `npm run screenshots`: images of every view, light and dark, for docs/page.md and the README, of the demo when its
// runs and those of a schedule are finished; the overview while some more are running. Needs the built page (`npm run build`), Chromium, and
// Docker or bubblewrap.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createLocalCaller } from '../src/cli/client/local.ts';
import { watchRuns } from '../src/cli/client/watch.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { startDemo } from '../src/demo/demo.ts';
import { createLog } from '../src/log.ts';
import type { ProgressView } from '../src/operations/runs/progress.ts';
import { submitRuns } from '../src/operations/runs/runs.ts';
import { addSchedule, fireSchedule } from '../src/operations/schedules/schedules.ts';
import { startBrowser } from '../test/page/chromium.ts';

const target = resolve(import.meta.dirname, '../docs/images');
const folder = await mkdtemp(join(tmpdir(), 'matre-screenshots-'));
const config = loadConfig({
  environment: { ...process.env, MATRE_DATA: folder, MATRE_PORT: '0' },
  file: '/dev/null',
});
const demo = await startDemo(config, createLog({ level: 'warn' }), (line) => console.log(line));
const browser = await startBrowser();
try {
  const [, , , fourth = 0, , failed = 0] = demo.runIds;
  await mkdir(target, { recursive: true });
  const caller = createLocalCaller(demo.app);
  const { signal } = new AbortController();
  await watchRuns(caller, demo.runIds, { onProgress() {}, signal });
  const environments = ['preprod-us', 'preprod-es', 'stage-es'];
  const name = 'Nightly checkout';
  await caller.call(addSchedule, {
    name,
    cron: '0 2 * * *',
    environments,
    selection: { groups: ['checkout'] },
  });
  const { runs: nightly } = await caller.call(fireSchedule, { name });
  const nightlyIds = nightly.map(({ id }) => id);
  await watchRuns(caller, nightlyIds, { onProgress() {}, signal });
  await takeScreenshot('runs', '/runs', 'Runs');
  await takeScreenshot('run', `/runs/${failed}`, 'step 7');
  await takeScreenshot('log', `/runs/${fourth}?log=full`, 'Log');
  await takeScreenshot('new-run', '/new?env=preprod-us&group=smoke', 'Exclude');
  await takeScreenshot('environments', '/environments', 'stage-es');
  await takeScreenshot('environment', '/environments/stage-es', 'healthy');
  await takeScreenshot('tests', '/tests', 'HarbourCartTotalTest');
  await takeScreenshot('test', '/tests/HarbourCartTotalTest', 'stage-es');
  await takeScreenshot('schedules', '/schedules', 'Schedules');
  await takeScreenshot('doctor', '/doctor', 'checked');
  const more: number[] = [];
  for (const groups of [['checkout', 'admin'], ['smoke']]) {
    const submission = { environments, selection: { groups }, requestedBy: 'demo' };
    for (const { id } of (await caller.call(submitRuns, submission)).runs) more.push(id);
  }
  const abort = new AbortController();
  const onProgress = ({ run }: ProgressView) => {
    if (run.counts.passed > 1) abort.abort();
  };
  await watchRuns(caller, more.slice(0, 1), { onProgress, signal: abort.signal }).catch(() => {});
  await takeScreenshot('overview', '/', 'Run timeline');
} finally {
  await browser.close();
  await demo.close();
  await rm(folder, { recursive: true, force: true });
}

/** `until`: a text that appears when the view is complete. */
async function takeScreenshot(name: string, address: string, until: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.open(demo.url + address, { colorScheme });
    await page
      .getByRole('main')
      .getByText(until)
      .or(page.getByRole('region', { name: until }))
      .first()
      .waitFor();
    // Images in the page, and data that is fetched after its heading.
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: join(target, `${name}-${colorScheme}.png`) });
    await page.context().close();
    console.log(`${name}-${colorScheme}.png`);
  }
}
