// What overhead does matre add? For a run: its wall time without the time of its test processes. For a test: the time
// between the end of one test process and the start of the next, as the supervisor in the container records it (in
// hundredths of a second), so PHP, Codeception and the browser are not in it. The generated tests come from an earlier
// run.
//
//   npx tsx bench/overhead.ts [rounds]        MATRE_ENGINE=docker|sandbox|auto, DOCKER_HOST as for matre
//
// Prints a line for each round and the medians; writes bench/results/overhead.json.
import { intervalsOf, readJournal } from '../src/demo/judge.ts';
import { containerName } from '../src/model/environment.ts';
import { median, writeResults } from './support/figures.ts';
import { openInstallation } from './support/installation.ts';

const rounds = Number(process.argv[2] ?? 5);
const installation = await openInstallation({ codes: ['bench-a'] });
const { environments, engine, measure } = installation;
const [environment] = environments;
if (!environment) throw new Error('no environment');
const selection = { groups: ['smoke'] };

/** Seconds of the run outside its test processes, and milliseconds between two of them. */
async function round(id: number): Promise<{ run: number; gaps: number[] }> {
  const { runs } = await measure(environments, selection);
  const [run] = runs;
  const journal = intervalsOf(await readJournal(engine, containerName(id)));
  const own = journal.filter(({ token }) => token.startsWith(`run-${run?.id}-`));
  const wall = ((run?.finishedAt?.getTime() ?? 0) - (run?.startedAt?.getTime() ?? 0)) / 1000;
  const gaps = own.slice(1).map(({ from }, index) => (from - (own[index]?.to ?? 0)) * 1000);
  return { run: wall - own.reduce((sum, { from, to }) => sum + to - from, 0), gaps };
}

try {
  await measure(environments, selection);
  const samples = [];
  for (let number = 1; number <= rounds; number++) {
    const { run, gaps } = await round(environment.id);
    samples.push({ run, test: median(gaps) });
    console.log(
      `round ${number}: ${gaps.length + 1} tests, the run ${run.toFixed(2)} s, a test ${median(gaps).toFixed(0)} ms`,
    );
  }
  const metrics = {
    run_s: median(samples.map(({ run }) => run)),
    test_ms: median(samples.map(({ test }) => test)),
  };
  console.log(
    `engine ${engine.kind}: a warm run ${metrics.run_s.toFixed(2)} s (bar: under 3), a test ${metrics.test_ms.toFixed(0)} ms (bar: under 300)`,
  );
  await writeResults('overhead', { metrics, engine: engine.kind, rounds: samples });
} finally {
  await installation.close();
}
