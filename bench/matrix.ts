// How long does the matrix of a submission of 3,000 tests by 8 environments take: the answer of a server that has just
// started, over 50 submissions with 10,000,000 results in PostgreSQL, whose buffers are empty too; and the page in Chromium
// until it answers, and until a filter is drawn?
//
//   npx tsx bench/matrix.ts [results]      10,000,000 by default: takes ten minutes and 8 GB
//
// Writes bench/results/matrix.json.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../src/log.ts';
import { migrate } from '../src/store/database/migrate.ts';
import { openPostgres } from '../src/store/database/postgres.ts';
import { buildPage, startBrowser } from '../test/page/chromium.ts';
import { startChild } from '../test/support/child.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { type MatrixTimings, measureMatrixPage } from './matrix/browser.ts';
import { insertSubmissions } from './matrix/data.ts';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const results = Number(process.argv[2] ?? 10_000_000);
const tests = 3_000;
const environments = 8;
const submissions = Math.ceil(results / tests / environments);
const measured = Math.min(50, submissions);
const openings = 5;

const postgres = await startPostgres({ settings: ['shared_buffers=256MB', 'max_wal_size=4GB'] });
const redis = await startRedis();
const folder = await mkdtemp(join(tmpdir(), 'matre-matrix-'));

/** Calls back with the URL of a server that has just started, on a database that has just started. */
async function withNewServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  await postgres.shutdown();
  await postgres.start();
  const child = startChild(new URL('./matrix/server-process.ts', import.meta.url), [
    postgres.url,
    redis.url,
    folder,
  ]);
  try {
    return await work(await child.line());
  } finally {
    child.signal('SIGTERM');
    await child.exited;
  }
}

/** Milliseconds of each answer, and the size of the largest. Ids are spread over all submissions. */
function measureAnswers(rows: 'notable' | 'all') {
  return withNewServer(async (url) => {
    const times: number[] = [];
    let bytes = 0;
    for (let count = 0; count < measured; count++) {
      const id = submissions - Math.floor((count * submissions) / measured);
      const askedAt = performance.now();
      const text = await (await fetch(`${url}/api/submissions/${id}/matrix?rows=${rows}`)).text();
      times.push(performance.now() - askedAt);
      bytes = Math.max(bytes, text.length);
    }
    return { times, bytes };
  });
}

/** The page of the newest submission with all rows, opened several times with an empty cache. */
function measurePage() {
  return withNewServer(async (url) => {
    const browser = await startBrowser();
    try {
      const timings: MatrixTimings[] = [];
      for (let count = 0; count < openings; count++) {
        const address = `${url}/submissions/${submissions}`;
        // Each key leaves fewer rows than the one before.
        timings.push(await measureMatrixPage(browser, address, { tests, typed: '2991' }));
      }
      return timings;
    } finally {
      await browser.close();
    }
  });
}

await buildPage();
try {
  const database = await openPostgres({ url: postgres.url, log: createLog({ level: 'error' }) });
  await migrate(database, { log: createLog({ level: 'error' }) });
  await database.close();
  await insertSubmissions(postgres.url, { tests, environments, submissions });
  const bytes = await withClient(postgres.url, async (client) => {
    const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
    return Number(rows[0]?.bytes);
  });
  const notable = await measureAnswers('notable');
  const all = await measureAnswers('all');
  const page = await measurePage();
  const metrics = {
    answer_ms: percentile(notable.times, 0.95),
    interactive_s: median(page.map(({ interactiveS }) => interactiveS)),
    filter_ms: median(page.map(({ filterMs }) => filterMs)),
    answer_median_ms: percentile(notable.times, 0.5),
    answer_first_ms: notable.times[0] ?? Number.NaN,
    all_rows_ms: percentile(all.times, 0.95),
    all_rows_median_ms: percentile(all.times, 0.5),
    all_rows_first_ms: all.times[0] ?? Number.NaN,
    answer_kb: notable.bytes / 1024,
    all_rows_kb: all.bytes / 1024,
    results: submissions * tests * environments,
    database_mb: bytes / 1024 / 1024,
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(2)]));
  await writeResults('matrix', { metrics });
} finally {
  await redis.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
