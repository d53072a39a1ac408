// How soon does a run start when workers are idle, and how many empty runs per second are executed, one at a time for
// each environment? Compared with graphile-worker and BullMQ, on the same PostgreSQL (with its default settings, so
// every commit is flushed) and the same Redis, alternately.
//
//   npx tsx bench/queue.ts [rounds]
//
// A start is the call of the runner: the run is claimed in PostgreSQL, its environment locked in Redis, the attempt
// written. The time begins before the submission of the run. Writes bench/results/queue.json.
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { bullmq } from './queue/bullmq.ts';
import type { Contender, Load } from './queue/contender.ts';
import { graphile } from './queue/graphile.ts';
import { openInstallation, ours } from './queue/matre.ts';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 3);
/** The target is for the first: a worker for each of many environments. The second shows few environments. */
const loads: Load[] = [
  { workers: 50, environments: 50, runsOfEach: 60 },
  { workers: 10, environments: 10, runsOfEach: 150 },
];
const submissions = 300;

const postgres = await startPostgres({ settings: ['fsync=on'] });
const redis = await startRedis();
let databases = 0;
async function newDatabase(): Promise<string> {
  const name = `bench_${++databases}`;
  await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
  return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
}

/**
 * Milliseconds from a submission to the call of the runner, for runs that arrive one after the other at idle workers. A
 * start waits for eight responses and two flushed commits; the time of the simplest query of PostgreSQL is measured in
 * between, as a yardstick of how busy the machine is.
 */
async function timesToStart(): Promise<{ times: number[]; queryTimes: number[] }> {
  const installation = await openInstallation(await newDatabase(), redis.url);
  const ids = await installation.environmentIds(20);
  const startedAt = new Map<number, (now: number) => void>();
  const workers = installation.workers(4, async ({ environment }) => {
    startedAt.get(environment.id)?.(performance.now());
    return { kind: 'finished' };
  });
  await workers.start();
  const times: number[] = [];
  const queryTimes: number[] = [];
  for (let count = 0; count < submissions; count++) {
    const id = ids[count % ids.length] as number;
    const start = new Promise<number>((resolve) => startedAt.set(id, resolve));
    const before = performance.now();
    await installation.database.query('SELECT 1');
    queryTimes.push(performance.now() - before);
    const askedAt = performance.now();
    await installation.submit([{ id }]);
    times.push((await start) - askedAt);
    // Waits until all workers are idle again.
    await installation.finished();
    await delay(5 + Math.random() * 10);
  }
  await workers.stop();
  await installation.close();
  // The first few are slower, while statements are prepared.
  return { times: times.slice(20), queryTimes };
}

/** Runs per second of each contender, one after the other in each round. */
async function compare(load: Load): Promise<Record<string, number[]>> {
  const contenders: Contender[] = [ours(newDatabase, redis.url), graphile(newDatabase), bullmq(redis.url)];
  const rates: Record<string, number[]> = {};
  // The first round warms up compiled code and caches; it does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, throughput } of contenders) {
      const rate = await throughput(load);
      if (round > 0) rates[name] = [...(rates[name] ?? []), rate];
    }
  }
  const heading = `runs per second, ${load.workers} workers, ${load.environments} environments`;
  printTable([
    [heading, 'median', ...Array.from({ length: rounds }, (_, round) => `round ${round + 1}`)],
    ...Object.entries(rates).map(([name, values]) => [
      name,
      median(values).toFixed(0),
      ...values.map((rate) => rate.toFixed(0)),
    ]),
  ]);
  const ratio = median(rates['matre'] ?? []) / median(rates['graphile-worker'] ?? []);
  console.log(`${ratio.toFixed(2)} times graphile-worker (bar: at least 2)\n`);
  return rates;
}

try {
  const { times, queryTimes } = await timesToStart();
  const [start_p50_ms, start_p99_ms] = [percentile(times, 0.5), percentile(times, 0.99)];
  const yardstick = { p50: percentile(queryTimes, 0.5), p99: percentile(queryTimes, 0.99) };
  console.log(
    `start with idle workers: p50 ${start_p50_ms.toFixed(1)} ms (bar: 10), p99 ${start_p99_ms.toFixed(1)} ms (bar: 50)\n` +
      `beside it, SELECT 1: p50 ${yardstick.p50.toFixed(1)} ms, p99 ${yardstick.p99.toFixed(1)} ms\n`,
  );
  const compared: { load: Load; rates: Record<string, number[]> }[] = [];
  for (const load of loads) compared.push({ load, rates: await compare(load) });
  const rate = (name: string) => median(compared[0]?.rates[name] ?? []);
  const metrics = {
    start_p50_ms,
    start_p99_ms,
    runs_per_s: rate('matre'),
    graphile_runs_per_s: rate('graphile-worker'),
    bullmq_runs_per_s: rate('BullMQ'),
  };
  await writeResults('queue', { metrics, select_1_ms: yardstick, compared });
} finally {
  await redis.stop();
  await postgres.stop();
}
