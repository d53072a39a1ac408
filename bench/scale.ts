// How fast are claims and the queries of a page with a lot of data? 1,000 environments, 100,000 queued runs and 200
// workers in four processes; then many results of past runs, inserted with SQL.
//
//   npx tsx bench/scale.ts [results] [seconds]        1,000,000 and 20 by default; 10,000,000 takes minutes and 6 GB
//
// Writes bench/results/scale.json.
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../test/support/child.ts';
import { claimOne } from '../test/support/claim.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { openInstallation } from './queue/matre.ts';
import { makeHistory, measureQueries } from './scale/history.ts';
import { percentile, printTable, writeResults } from './support/figures.ts';

const results = Number(process.argv[2] ?? 1_000_000);
const seconds = Number(process.argv[3] ?? 20);
const environments = 1_000;
const queued = 100_000;
const processes = 4;
const slots = 50;
/** Runs are much longer than this in reality. */
const busyMs = 4_000;

const postgres = await startPostgres({ settings: ['shared_buffers=256MB', 'max_wal_size=4GB'] });
const redis = await startRedis();
const installation = await openInstallation(postgres.url, redis.url);
const { database } = installation;

const bytes = async () =>
  (await database.query<{ bytes: number }>('SELECT pg_database_size(current_database()) AS bytes'))[0]
    ?.bytes ?? 0;

/** Queues all runs; returns the size of the database with them. */
async function fillQueue(): Promise<number> {
  await withClient(postgres.url, async (client) => {
    await client.query(
      `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
       SELECT 'e' || number, 'E', 'https://e.test/', 'admin', 'admin' FROM generate_series(1, $1::int) AS number`,
      [environments],
    );
    await client.query(
      `INSERT INTO run (environment_id, selection, requested_by)
       SELECT number % $1::int + 1, '{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}', 'bench'
       FROM generate_series(0, $2::int - 1) AS number`,
      [environments, queued],
    );
    await client.query('ANALYZE');
  });
  return bytes();
}

/** All workers execute runs of `runMs` milliseconds. Meanwhile, one more worker claims and unclaims, which is timed. */
async function measureClaims(runMs: number) {
  const children = Array.from({ length: processes }, () =>
    startChild(new URL('./queue/worker-process.ts', import.meta.url), [
      postgres.url,
      redis.url,
      String(slots),
      String(runMs),
    ]),
  );
  await Promise.all(children.map((child) => child.line()));
  // Every worker has a run by then.
  await delay(2_000);
  const finished = async () =>
    (await database.query<{ count: number }>(`SELECT count(*) FROM run WHERE state = 'finished'`))[0]
      ?.count ?? 0;
  const [before, startedAt] = [await finished(), performance.now()];
  const times: number[] = [];
  while (performance.now() - startedAt < seconds * 1_000) {
    const askedAt = performance.now();
    const claim = await claimOne(installation.queue, 'bench');
    times.push(performance.now() - askedAt);
    if (claim) await installation.queue.unclaim(claim.run.id, claim.fence);
    await delay(20);
  }
  const perSecond = ((await finished()) - before) / ((performance.now() - startedAt) / 1_000);
  for (const child of children) child.signal('SIGTERM');
  const memory = await Promise.all(children.map(async (child) => Number(await child.line())));
  await Promise.all(children.map((child) => child.exited));
  return { times, perSecond, memory: Math.max(...memory) };
}

try {
  const queueSize = await fillQueue();
  const claims = await measureClaims(busyMs);
  const saturatedClaims = await measureClaims(0);
  const history = await makeHistory(postgres.url, results);
  const queries = await measureQueries(database, history);
  const size = await bytes();
  const megabytes = (value: number) => value / 1024 / 1024;
  const metrics = {
    claim_p50_ms: percentile(claims.times, 0.5),
    claim_p99_ms: percentile(claims.times, 0.99),
    wanted_runs_per_s: (processes * slots * 1_000) / busyMs,
    runs_per_s: claims.perSecond,
    most_runs_per_s: saturatedClaims.perSecond,
    queue_mb: megabytes(queueSize),
    worker_rss_mb: megabytes(claims.memory),
    results,
    history_mb: megabytes(size),
    page_slowest_ms: Math.max(...queries.map(({ ms }) => ms)),
  };
  printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(1)]));
  console.log(`\nqueries with ${results} results`);
  printTable(queries.map(({ name, ms }) => [name, `${ms.toFixed(1)} ms`]));
  await writeResults('scale', { metrics, queries });
} finally {
  await installation.close();
  await redis.stop();
  await postgres.stop();
}
