// How long do runs on several environments take compared with the lower bound? Nothing can be faster than the longest
// environment, whose runs are sequential, nor than all the work divided evenly among the workers. Tests are waits of a
// known length, so only the overhead of matre counts.
//
//   npx tsx bench/makespan.ts [rounds]
//
// Two processes of four workers each, PostgreSQL, Redis. Even: every environment has the same work. Skewed: the work of
// environments falls like 1/n, runs are of different lengths, and the longest environment is submitted last. Writes
// bench/results/makespan.json.
import { startChild } from '../test/support/child.ts';
import { startPostgres, withClient } from '../test/support/postgres.ts';
import { startRedis } from '../test/support/redis.ts';
import { openInstallation } from './queue/matre.ts';
import { median, printTable, writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 3);
const processes = 2;
const slots = 4;
const workers = processes * slots;

/** Milliseconds of each run, by environment, in the order of submission. They stand for minutes. */
type Workload = number[][];
const even: Workload = Array.from({ length: 16 }, () => Array.from({ length: 2 }, () => 3_000));
const skewed: Workload = Array.from({ length: 24 }, (_, index) => {
  const total = 15_000 / (24 - index);
  const count = Math.max(1, Math.round(total / 3_000));
  const parts = Array.from({ length: count }, (_, part) => 1 + (part % 3));
  const sum = parts.reduce((before, part) => before + part, 0);
  return parts.map((part) => Math.round((total * part) / sum));
});

const sum = (values: readonly number[]) => values.reduce((before, value) => before + value, 0);
const lowerBound = (work: Workload) => Math.max(...work.map(sum), sum(work.flat()) / workers);

const postgres = await startPostgres({ settings: ['fsync=on'] });
const redis = await startRedis();
let databases = 0;

/** Seconds from the submission of all runs to the verdict of the last. */
async function measure(work: Workload): Promise<number> {
  const name = `bench_${++databases}`;
  await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
  const installation = await openInstallation(url, redis.url);
  const ids = await installation.environmentIds(work.length);
  const children = Array.from({ length: processes }, () =>
    startChild(new URL('./queue/worker-process.ts', import.meta.url), [url, redis.url, String(slots)]),
  );
  try {
    await Promise.all(children.map((child) => child.line()));
    const startedAt = performance.now();
    // Submits the environments round-robin; the name of the single test of a run is its length. All runs are submitted
    // at once, because the bound knows all of them, too.
    const turns = Array.from({ length: Math.max(...work.map((runs) => runs.length)) }, (_, turn) =>
      work.flatMap((runs, environment) =>
        runs[turn] === undefined ? [] : [{ id: ids[environment] as number, tests: [String(runs[turn])] }],
      ),
    );
    await installation.submit(turns.flat());
    await installation.finished();
    return performance.now() - startedAt;
  } finally {
    for (const child of children) child.signal('SIGTERM');
    await Promise.all(children.map((child) => child.exited));
    await installation.close();
  }
}

try {
  const results = new Map<string, { bound: number; walls: number[] }>();
  for (const [name, work] of Object.entries({ even, skewed }))
    results.set(name, { bound: lowerBound(work), walls: [] });
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries({ even, skewed }))
      results.get(name)?.walls.push(await measure(work));
  }
  const ratio = (name: string) => {
    const { bound, walls } = results.get(name) ?? { bound: Number.NaN, walls: [] };
    return median(walls) / bound;
  };
  printTable([
    ['load', 'lower bound', ...Array.from({ length: rounds }, (_, round) => `round ${round + 1}`), 'ratio'],
    ...[...results].map(([name, { bound, walls }]) => [
      name,
      `${bound.toFixed(0)} ms`,
      ...walls.map((wall) => `${wall.toFixed(0)} ms`),
      ratio(name).toFixed(3),
    ]),
  ]);
  console.log('bar: at most 1.05');
  const metrics = { even_ratio: ratio('even'), skewed_ratio: ratio('skewed') };
  await writeResults('makespan', { metrics, workers, walls: Object.fromEntries(results) });
} finally {
  await redis.stop();
  await postgres.stop();
}
