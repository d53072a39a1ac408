import { PassThrough } from 'node:stream';
import { readAll } from '../../engine/read-all.ts';
import type { SupervisedEnd } from '../../engine/supervised.ts';
import type { Php, PhpProcess } from './php.ts';

/** Runs a script of PHP. Returns how it ended, and the lines of both outputs without empty ones. Rejects as `php` does. */
export async function runForLines(
  php: Php,
  process: Omit<PhpProcess, 'output'>,
): Promise<{ end: SupervisedEnd; lines: string[] }> {
  const output = new PassThrough();
  const text = readAll(output);
  // Not awaited when PHP cannot be started.
  text.catch(() => {});
  const end = await php({ ...process, output }).finally(() => output.end());
  return { end, lines: (await text).split('\n').filter((line) => line !== '') };
}
