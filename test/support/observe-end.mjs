// Preloaded by commands whose end is tested. It collects garbage continuously when COLLECT_GARBAGE is set, and creates
// the file ENDED_BY_ITSELF when the process ends because no handle is open any more, which `process.exit` does not. On
// a busy machine the last sockets may close later than the process would be forced to end, so force waits for a minute
// unless ALLOW_FORCE is set.
//
// A collection takes 20 ms of CPU, and test/cli/long-watches.test.ts has twelve such processes: every 100 ms they would
// take 125 s of CPU. Every second is still thirty times while a run is watched.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { ALLOW_FORCE, COLLECT_GARBAGE, ENDED_BY_ITSELF } = process.env;

if (COLLECT_GARBAGE) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(collect, 1_000).unref();
}
if (!ALLOW_FORCE) {
  const exit = process.exit;
  // The timer alone keeps no process alive.
  process.exit = (code) => setTimeout(() => exit(code), 60_000).unref();
}
process.on('beforeExit', () => writeFileSync(ENDED_BY_ITSELF, ''));
