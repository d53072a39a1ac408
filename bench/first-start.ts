// How often do processes that start at once on a new PostgreSQL database and a new data folder agree on one installation and one
// key? And how long does such a first start take, until the last of them is ready?
//
//   npx tsx bench/first-start.ts [rounds, 200] [processes, 16]
//
// The processes are up before each round; a round creates a database, lets all of them open their stores at once, and compares what
// they report. Writes bench/results/first-start.json. Ends with code 1 unless all agree each time.
import { startStarters } from '../test/support/first-start.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { median, percentile, printTable, writeResults } from './support/figures.ts';

const rounds = Number(process.argv[2] ?? 200);
const processes = Number(process.argv[3] ?? 16);

const postgres = await startPostgres({ settings: ['max_connections=400'] });
const starters = await startStarters(postgres.url, processes);
const times: number[] = [];
let oneInstallation = 0;
let oneKey = 0;
let errors = 0;
try {
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    const starts = await starters.round();
    times.push(performance.now() - begin);
    errors += starts.filter(({ error }) => error !== undefined).length;
    if (new Set(starts.map(({ installation }) => installation)).size === 1) oneInstallation += 1;
    if (new Set(starts.map(({ key }) => key)).size === 1) oneKey += 1;
  }
} finally {
  await starters.stop();
  await postgres.stop();
}
const metrics = {
  rounds,
  processes,
  oneInstallation,
  oneKey,
  errors,
  medianMs: median(times),
  p95Ms: percentile(times, 0.95),
};
printTable(Object.entries(metrics).map(([name, value]) => [name, value.toFixed(0)]));
await writeResults('first-start', { metrics });
if (oneInstallation < rounds || oneKey < rounds || errors > 0) process.exitCode = 1;
