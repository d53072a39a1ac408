import { fileURLToPath } from 'node:url';

/** A file of this program that a new process or thread of Node executes, and the options of Node that it needs. */
export interface ExecutableFile {
  path: string;
  execArgv: string[];
}

/** How to execute the file at an address of this program. In a work tree it is a source, which Node 20 cannot execute without tsx. */
export function executableFile(fileUrl: string): ExecutableFile {
  const path = fileURLToPath(fileUrl);
  return { path, execArgv: path.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [] };
}
