// What does a test cost around its steps, before and after? Two matres with different settings execute the same tests in turns: a block of
// tests with one, the same block with the other. Processor time is that of cgroups, in which the processes that have ended count, too: all
// that the matre started without the matre itself (`php`), and its own chromedriver with its browsers (`chrome`).
//
//   npx tsx bench/per-test.ts                                    with the stand-in: 20 tests of the sample module, no browser
//   npx tsx bench/per-test.ts --image FOLDER --shop URL          with the MFTF and tests of an image of the sandbox engine, as root
//     --admin NAME            of the shop; the password is read from BENCH_ADMIN_PASSWORD
//     --modules FILE          the names of the enabled modules of the shop, one a line: tests are drawn of these
//     --draw N --seed N       draws N tests outside suites, half of which create data (10, 22)
//     --max-steps N           of the tests that are drawn (60)
//     --tests FILE            these tests instead, one a line
//     --env-file FILE         further variables of the tests
//   --before NAME=VALUE --after NAME=VALUE   settings of the two, any number of each; MATRE_RUN_DATA=off before by default
//   --rounds N --block N      how often (1), and how many tests in a turn (10)
//
// metrics: `php_ratio`, the processor time of PHP of all runs, after divided by before; `php_chrome_ratio`, the same with that of Chrome
// between the last step of a test and the first of the next; `wall_ratio`, of the runs; `gap_ms`, the median of the time between these
// steps, after; `outcomes_differ`, the number of tests whose status, message, steps or files are not the same. Writes
// bench/results/per-test.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { examplePath } from '../src/demo/examples.ts';
import { sampleAdmin, startShop } from '../src/demo/shop/shop.ts';
import { buildSampleTree, samplePhp } from '../src/demo/tree.ts';
import { startChild } from '../test/support/child.ts';
import { freePort } from '../test/support/redis.ts';
import { differencesOf, gapsOf, type Sample, usedBetween } from './per-test/compare-blocks.ts';
import { drawTests } from './per-test/draw-tests.ts';
import { createProcessorGroup, type ProcessorGroup, processorMsOf } from './per-test/processor-group.ts';
import type { Block, Side } from './per-test/side-process.ts';
import { median, printTable, writeResults } from './support/figures.ts';

const { values: flags } = parseArgs({
  options: {
    image: { type: 'string' },
    shop: { type: 'string' },
    admin: { type: 'string', default: 'admin' },
    modules: { type: 'string' },
    draw: { type: 'string', default: '10' },
    seed: { type: 'string', default: '22' },
    'max-steps': { type: 'string', default: '60' },
    tests: { type: 'string' },
    'env-file': { type: 'string' },
    before: { type: 'string', multiple: true, default: ['MATRE_RUN_DATA=off'] },
    after: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '1' },
    block: { type: 'string', default: '10' },
  },
});
const code = 'bench-a';
const sampleMs = 25;
const sampleTests = ['HarbourHomePageTest', 'HarbourAdminOrderGridTest', 'HarbourAdminOrderViewTest'];
const folder = await mkdtemp(join(tmpdir(), 'matre-bench-'));
const lines = async (file: string) =>
  (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');

/** A matre that runs, with its processor time. */
interface RunningSide {
  execute(tests: string[]): Promise<{ block: Block; samples: Sample[] }>;
  close(): Promise<void>;
}

/** The image, the shop and the tests of both. */
async function openSubject() {
  const { image, shop } = flags;
  const modules = flags.modules === undefined ? undefined : await lines(flags.modules);
  if (image === undefined || shop === undefined) {
    const sample = join(folder, 'image');
    await buildSampleTree(sample);
    const sampleShop = await startShop({ environment: code, port: 0, latencyMs: 0 });
    return {
      ...{ image: sample, baseUrl: sampleShop.url, admin: sampleAdmin, settings: { MATRE_PHP: samplePhp } },
      ...{ tests: sampleTests, module: examplePath('module'), close: () => sampleShop.close() },
    };
  }
  const tests =
    flags.tests === undefined
      ? await drawTests({
          ...{ root: join(image, 'var/www/html'), modules, count: Number(flags.draw) },
          ...{ seed: Number(flags.seed), maxSteps: Number(flags['max-steps']) },
        })
      : await lines(flags.tests);
  const admin = { username: flags.admin, password: process.env['BENCH_ADMIN_PASSWORD'] ?? '' };
  return {
    ...{ image, baseUrl: shop, admin, settings: { MATRE_PHP_MEMORY: '2g', MATRE_MEMORY: '3g' } },
    ...{ tests, module: undefined, close: async () => {} },
  };
}

/** A test module with the values of the tests; without tests of its own, unless it is a copy of `from`. */
async function makeModule(from: string | undefined): Promise<string> {
  const module = join(folder, 'module');
  if (from !== undefined) await cp(from, module, { recursive: true });
  await mkdir(join(module, 'Cron/data'), { recursive: true });
  const more = flags['env-file'] === undefined ? '' : await readFile(flags['env-file'], 'utf8');
  await writeFile(join(module, `Cron/data/.env.${code}`), `BROWSER=chrome\n${more}`);
  return module;
}

/** Starts a chromedriver of our own, in a group. */
async function startDriver(group: ProcessorGroup): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const join = 'echo $$ >"$0" && exec "$@"';
  const driver = spawn('sh', ['-c', join, group.joinFile, 'chromedriver', `--port=${port}`], {
    stdio: 'ignore',
  });
  return {
    port,
    async stop() {
      driver.kill();
      if (driver.exitCode === null && driver.signalCode === null) await once(driver, 'exit');
    },
  };
}

async function openSide(
  name: string,
  overrides: readonly string[],
  subject: Awaited<ReturnType<typeof openSubject>>,
  module: string,
): Promise<RunningSide> {
  const groupName = (kind: string) => `matre-bench-${process.pid}-${name}-${kind}`;
  const php = createProcessorGroup(groupName('php'));
  const chrome = createProcessorGroup(groupName('chrome'));
  const driver = await startDriver(chrome);
  const side: Side = {
    joinFile: php.joinFile,
    environment: { code, baseUrl: subject.baseUrl, admin: subject.admin },
    settings: {
      MATRE_DATA: join(folder, name),
      MATRE_IMAGE: subject.image,
      MATRE_NETWORK: 'host',
      MATRE_MODULE_PATH: module,
      MATRE_RETRIES: '0',
      ...(flags.image !== undefined && { SELENIUM_HOST: '127.0.0.1', SELENIUM_PORT: String(driver.port) }),
      SELENIUM_PATH: '/',
      ...subject.settings,
      ...Object.fromEntries(overrides.map((text) => text.split(/=(.*)/s).slice(0, 2))),
    },
  };
  const child = startChild(new URL('./per-test/side-process.ts', import.meta.url), [JSON.stringify(side)]);
  if ((await child.line()) !== 'ready') throw new Error(`${name} did not start`);
  return {
    async execute(tests) {
      const samples: Sample[] = [];
      const sample = () =>
        samples.push({
          at: Date.now(),
          php: php.usedMs() - processorMsOf(child.pid),
          chrome: chrome.usedMs(),
        });
      sample();
      const timer = setInterval(sample, sampleMs);
      child.writeLine(JSON.stringify(tests));
      const block: Block = JSON.parse(await child.line());
      clearInterval(timer);
      sample();
      return { block, samples };
    },
    async close() {
      child.process.stdin?.end();
      await child.exited;
      await driver.stop();
      for (const group of [php, chrome]) group.remove();
    },
  };
}

const subject = await openSubject();
const module = await makeModule(subject.module);
const sides = {
  before: await openSide('before', flags.before, subject, module),
  after: await openSide('after', flags.after, subject, module),
};
type Name = keyof typeof sides;
interface Totals {
  php: number;
  /** Outside of steps. */
  chrome: number;
  seconds: number;
  gaps: number[];
  prepared: number[];
}
const newTotals = (): Totals => ({ php: 0, chrome: 0, seconds: 0, gaps: [], prepared: [] });
const totals = { before: newTotals(), after: newTotals() };
const differences: string[] = [];

async function measure(name: Name, tests: string[]): Promise<Block> {
  const { block, samples } = await sides[name].execute(tests);
  const total = totals[name];
  total.php += (samples.at(-1)?.php ?? 0) - (samples[0]?.php ?? 0);
  for (const { from, to } of gapsOf(block)) {
    total.gaps.push(to - from);
    total.chrome += usedBetween(samples, 'chrome', from, to);
  }
  total.seconds += block.seconds;
  if (block.preparedMs !== undefined) total.prepared.push(block.preparedMs);
  if (block.reason !== undefined) console.log(`${name}: ${block.reason}`);
  return block;
}

try {
  const size = Number(flags.block);
  const { tests } = subject;
  // The first run of each creates its container, and reads the tree.
  for (const name of ['before', 'after'] as const) await sides[name].execute(tests.slice(0, 1));
  let turn = 0;
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    for (let start = 0; start < tests.length; start += size) {
      const part = tests.slice(start, start + size);
      const order: Name[] = turn++ % 2 === 0 ? ['before', 'after'] : ['after', 'before'];
      const blocks: Partial<Record<Name, Block>> = {};
      for (const name of order) blocks[name] = await measure(name, part);
      if (blocks.before && blocks.after) differences.push(...differencesOf(blocks.before, blocks.after));
      console.log(`round ${round}, tests ${start + 1} to ${start + part.length}`);
    }
  }
  const count = tests.length * Number(flags.rounds);
  const row = (name: Name) => {
    const { php, chrome, seconds, gaps, prepared } = totals[name];
    const perTest = { php_ms: php / count, chrome_ms: chrome / (gaps.length || 1), wall_s: seconds / count };
    return { ...perTest, gap_ms: median(gaps), prepared_ms: median(prepared) };
  };
  const [before, after] = [row('before'), row('after')];
  const metrics = {
    php_ratio: after.php_ms / before.php_ms,
    php_chrome_ratio: (after.php_ms + after.chrome_ms) / (before.php_ms + before.chrome_ms),
    wall_ratio: after.wall_s / before.wall_s,
    gap_ms: after.gap_ms,
    outcomes_differ: differences.length,
  };
  const columns = Object.keys(before) as (keyof typeof before)[];
  printTable([
    ['each test', ...columns],
    ...[before, after].map((one, index) => [
      ['before', 'after'][index] ?? '',
      ...columns.map((column) => one[column].toFixed(column === 'wall_s' ? 2 : 0)),
    ]),
  ]);
  for (const difference of differences) console.log(difference);
  console.log(metrics);
  const framework = flags.image === undefined ? 'stand-in' : 'real';
  const compared = { before: flags.before, after: flags.after };
  await writeResults('per-test', { metrics, before, after, framework, compared, tests: count, differences });
} finally {
  for (const side of Object.values(sides)) await side.close();
  await subject.close();
  await rm(folder, { recursive: true, force: true });
}
