// How long after its last line does `matre run --watch` end? Processes of the real command, in a pipe, on a terminal,
// with --json and with --junit, with forced garbage collection and without, each for a run of 30 seconds that passes,
// fails or is broken.
//
//   npx tsx bench/watch-exit.ts [times]      times: processes of each of the 24 kinds at once, 1 unless said
//
// Prints a row for each output; writes bench/results/watch-exit.json.
import { startLongWatches } from '../test/cli/long-watches.ts';
import { median, writeResults } from './support/figures.ts';

const times = Number(process.argv[2] ?? 1);
const { finished, close } = await startLongWatches({ times, runMs: 30_000, allowForce: true });
try {
  const watches = await finished;
  const rows = ['pipe', 'terminal', 'json', 'junit'].map((output) => {
    const ofOutput = watches.filter((watch) => watch.output === output);
    const exitTimes = ofOutput.map(({ silentMs }) => silentMs);
    return {
      output,
      processes: ofOutput.length,
      wrong_codes: ofOutput.filter(({ code, expectedCode }) => code !== expectedCode).length,
      by_force: ofOutput.filter(({ endedByItself }) => !endedByItself).length,
      median_ms: Math.round(median(exitTimes)),
      max_ms: Math.round(Math.max(...exitTimes)),
    };
  });
  console.table(rows);
  const exitTimes = watches.map(({ silentMs }) => silentMs);
  const metrics = {
    exit_p50_ms: Math.round(median(exitTimes)),
    exit_max_ms: Math.round(Math.max(...exitTimes)),
  };
  await writeResults('watch-exit', { metrics, rows });
} finally {
  await close();
}
