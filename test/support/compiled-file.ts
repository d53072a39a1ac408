import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutableFile } from '../../src/files/executable-file.ts';

const root = resolve(import.meta.dirname, '../..');
const { MATRE_TEST_COMPILED: compiled = root } = process.env;

/**
 * Replaces `executableFile` in tests while the work tree is compiled (vitest.config.ts): a process or thread that executes sources takes
 * 0.5 s of CPU more.
 */
export function executableFile(fileUrl: string): ExecutableFile {
  const path = relative(root, fileURLToPath(fileUrl)).replace(/\.ts$/, '.js');
  return { path: resolve(compiled, path), execArgv: [] };
}
