import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of this program that a new process or thread of Node executes, and the options of Node that it needs. */
export interface ExecutableFile {
  path: string;
  execArgv: string[];
}

/** The folder of `src`, or of what it is compiled to. */
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * How to execute the file at an address of this program. In a work tree it is a source, which Node 20 cannot execute without tsx; a
 * thread takes 0.5 s of CPU more with it. Whoever has compiled the work tree names the folder in MATRE_TEST_COMPILED, as `make test` does.
 */
export function executableFile(fileUrl: string): ExecutableFile {
  const path = fileURLToPath(fileUrl);
  if (!path.endsWith('.ts')) return { path, execArgv: [] };
  const compiled = process.env['MATRE_TEST_COMPILED'];
  if (!compiled) return { path, execArgv: ['--import', import.meta.resolve('tsx')] };
  return { path: `${compiled}/${relative(root, path).replace(/\.ts$/, '.js')}`, execArgv: [] };
}
