// How long does the overview take with 200 environments and 50,000 finished runs: the response of the server, also to
// 50 pages at once, and the page in Chromium until it is complete and answers a click? Four runs of 200 tests are
// running and 100 are queued. Server, database and browser share the machine.
//
//   npx tsx bench/overview.ts
//
// Writes bench/results/overview.json.

import { openApp } from '../src/app/app.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { createLog } from '../src/log.ts';
import type { OverviewView } from '../src/operations/overview/overview-view.ts';
import { startServer } from '../src/server/http/server.ts';
import { buildPage, startBrowser } from '../test/page/chromium.ts';
import { claimOne } from '../test/support/claim.ts';
import { embeddedFolder } from '../test/support/database.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { openCold, type PageTimings } from './overview/open-page.ts';
import { percentile, printTable, writeResults } from './support/figures.ts';

const environments = 200;
const finished = 50_000;
const pages = 50;
const tries = 30;
const openings = 9;

await buildPage();
const postgres = await startPostgres({ settings: ['shared_buffers=256MB'] });
const redis = await startRedis();
const folder = await embeddedFolder();
const environment = {
  ...{ MATRE_DATA: folder, MATRE_PORT: '0', MATRE_SIGN_IN: 'off', MATRE_ENGINE: 'sandbox' },
  ...{ DATABASE_URL: postgres.url, LOCK_DSN: redis.url },
};
const log = createLog({ level: 'error' });
const app = await openApp(loadConfig({ environment, file: '/dev/null' }), { log });
const server = await startServer(app.context, '0.0.0');

const selection = `'{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}'`;
await withClient(postgres.url, (client) =>
  client.query(`
    INSERT INTO environment (code, name, base_url, backend_name, admin_username)
    SELECT 'e' || number, 'E', 'https://e.test/', 'admin', 'admin' FROM generate_series(1, ${environments}) AS number;
    -- A month of runs, up to half an hour ago: eight a day for each environment, of half an hour.
    INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, counts, queued_at, started_at, finished_at)
    SELECT number % ${environments} + 1, ${selection}, 'bench', 'finished', 'passed', 1,
      '{"planned":200,"passed":200}', past, past, past + interval '30 minutes'
    FROM generate_series(1, ${finished}) AS number,
      LATERAL (SELECT now() - interval '1 hour' - interval '30 days' * (1 - number / ${finished}.0) AS past) AS at;
    INSERT INTO run (environment_id, selection, requested_by) SELECT number, ${selection}, 'bench' FROM generate_series(1, 104) AS number;
    INSERT INTO worker (id, host, pid, slots, seen_at) VALUES ('host/1', 'host', 1, 4, now() + interval '1 hour');`),
);
for (let count = 0; count < 4; count++) {
  const claim = await claimOne(app.context.queue, 'host/1/1');
  if (!claim) throw new Error('nothing to claim');
  const record = app.context.queue.recorder(claim.run.id, claim.fence);
  await record.plan(Array.from({ length: 200 }, (_, index) => ({ name: `T${index}`, suite: undefined })));
  for (let index = 0; index < 50; index++) {
    await record.result({
      ...{ test: `T${index}`, suite: undefined, status: 'passed', message: undefined, reason: undefined },
      ...{ startedAt: new Date(), durationMs: 9_000, attachments: [] },
    });
  }
}
await withClient(postgres.url, (client) => client.query('VACUUM ANALYZE'));

/** Milliseconds of one response; a page reads it as text. */
async function ask(query = ''): Promise<{ ms: number; text: string }> {
  const askedAt = performance.now();
  const text = await (await fetch(`${server.url}/api/overview${query}`)).text();
  return { ms: performance.now() - askedAt, text };
}
/** Bypasses all caches, as a change does. */
const change = () => app.context.database.query(`SELECT pg_notify('matre_change', 'workers')`);

const browser = await startBrowser();
try {
  const first = await ask();
  const views: PageTimings[] = [];
  for (let count = 0; count < openings; count++) {
    // Runs of the last two hours, except those that leave the window while the page opens.
    const from = new Date(Date.now() - 2 * 3_600_000 + 60_000).toISOString();
    const { lanes } = JSON.parse((await ask(`?from=${from}`)).text) as OverviewView;
    const bars = lanes.reduce((sum, lane) => sum + lane.bars.length, 0);
    views.push(await openCold(browser, server.url, { lanes: lanes.length, bars }));
  }
  const median = (figure: keyof PageTimings) =>
    percentile(
      views.map((each) => each[figure]),
      0.5,
    );

  const singleTimes: number[] = [];
  const batch: number[] = [];
  const day: number[] = [];
  for (let count = 0; count < tries; count++) {
    await change();
    singleTimes.push((await ask()).ms);
    await change();
    batch.push(...(await Promise.all(Array.from({ length: pages }, () => ask()))).map(({ ms }) => ms));
    const from = new Date(Date.now() - 24 * 3_600_000 - count).toISOString();
    day.push((await ask(`?from=${from}`)).ms);
  }
  const metrics = {
    interactive_ms: median('interactiveMs'),
    interactive_worst_ms: Math.max(...views.map(({ interactiveMs }) => interactiveMs)),
    content_ms: median('contentMs'),
    click_waited_ms: median('clickWaitedMs'),
    click_to_run_ms: median('toRunMs'),
    first_ms: first.ms,
    median_ms: percentile(singleTimes, 0.5),
    p99_ms: percentile(singleTimes, 0.99),
    kilobytes: first.text.length / 1024,
    day_median_ms: percentile(day, 0.5),
    [`median_of_${pages}_ms`]: percentile(batch, 0.5),
    [`p99_of_${pages}_ms`]: percentile(batch, 0.99),
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(1)]));
  await writeResults('overview', { metrics });
} finally {
  await browser.close();
  await server.close();
  await app.close();
  await redis.stop();
  await postgres.stop();
}
