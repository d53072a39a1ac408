// A process that executes a command in a container, to be killed or stopped by a test.
// Arguments: kind, folder, container, token, limit in milliseconds, argv of the command...
import { superviseExec } from '../../src/engine/supervised.ts';
import { type EngineKind, openEngine } from './subject.ts';

const [kind, folder = '', container = '', token = '', limit, ...argv] = process.argv.slice(2);
const engine = openEngine(kind as EngineKind, folder);
const { stdout, stderr, ended } = await superviseExec(
  engine,
  container,
  { argv },
  { token, beatMs: 200, limitMs: Number(limit), graceMs: 1_000 },
);
stdout.pipe(process.stdout);
stderr.pipe(process.stderr);
console.log(`ended ${JSON.stringify(await ended)}`);
await engine.close();
