// Loaded first by commands whose end is tested. It collects garbage all the time when COLLECT_GARBAGE is set, and makes the file
// ENDED_BY_ITSELF when the process ends because nothing is open any more, which `process.exit` does not.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const { COLLECT_GARBAGE, ENDED_BY_ITSELF } = process.env;

if (COLLECT_GARBAGE) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  setInterval(collect, 100).unref();
}
process.on('beforeExit', () => writeFileSync(ENDED_BY_ITSELF, ''));
