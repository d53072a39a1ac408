import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import type { Redactor } from './redact.ts';

/** Limit for the output of one process: screenshots, pages, result files. */
const maxBytes = 256 * 1024 * 1024;

/**
 * Copies the output folder of a Codeception process to a new folder on the host, with secrets hidden in text files. The next
 * process removes it in the container. Nothing is copied when the folder does not exist: the process ended before it created
 * one. Errors: FILES_TOO_LARGE, PATH_OUTSIDE, DISK_FULL, CONTAINER_VANISHED.
 */
export async function fetchOutput(
  engine: Engine,
  containerId: string,
  from: string,
  to: string,
  redactor: Redactor,
): Promise<void> {
  await mkdir(to, { recursive: true });
  try {
    for await (const { path, content } of getFiles(engine, containerId, {
      dir: from,
      paths: ['.'],
      maxBytes,
    })) {
      const target = join(to, path);
      await mkdir(dirname(target), { recursive: true });
      await store(content, target, redactor);
    }
  } catch (error) {
    if (isFault(error, 'NOT_FOUND')) return;
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new Fault('DISK_FULL', `${to} has no room for the files of a test.`, { cause: error });
    }
    throw error;
  }
}

/** Pictures have a NUL byte in their first kilobyte, text never has; names do not help (Allure 2 writes no extensions). */
async function store(content: AsyncIterable<Uint8Array>, target: string, redactor: Redactor): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  const first = await chunks.next();
  const file = createWriteStream(target, { mode: 0o600 });
  const isText = first.done || !first.value.subarray(0, 1024).includes(0);
  const all = async function* () {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  await pipeline(all(), isText ? redactor.stream() : new PassThrough(), file);
}
