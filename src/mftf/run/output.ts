import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { maxDownloadBytes, maxDownloads, maxOutputFiles } from '../../model/limits.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { downloadsOutput } from '../results/downloads.ts';
import { isPicture } from '../results/picture.ts';
import type { ProcessDownloads } from './downloads.ts';
import type { BlockRecord } from './record-block.ts';

/** What a process wrote and matre does not keep. */
export interface LeftOut {
  /** Relative to the output folder. */
  path: string;
  reason: string;
}

/** Without these there is no verdict. They are read alone when the rest is too much. */
const resultPaths = ['report.xml', 'allure-results'];

interface OutputRequest {
  maxBytes: number;
  maxFiles: number;
  /** What is copied when all is too much. */
  essentialPaths: string[];
  /** What is copied, as far as it exists; all by default. */
  paths?: string[];
}

/** Limits for the output of one process: screenshots, pages, result files. */
export const outputLimits: OutputRequest = {
  maxBytes: 256 * 1024 * 1024,
  maxFiles: maxOutputFiles,
  essentialPaths: resultPaths,
};

/**
 * Copies the output folder of a Codeception process to a new folder on the host, with secrets hidden in text files. The next
 * process removes it in the container. Nothing is copied when the folder does not exist: the process ended before it created
 * one. What cannot be kept (links, pipes, more files or bytes than allowed) does not cost the test its verdict: it is left out and
 * returned. Errors: DISK_FULL, CONTAINER_VANISHED, ENGINE_FAILED.
 */
export async function fetchOutput(
  engine: Engine,
  containerId: string,
  from: string,
  to: string,
  redactor: Redactor,
  { maxBytes, maxFiles, essentialPaths, paths = ['.'] }: OutputRequest = outputLimits,
): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  let count = 0;
  const countOne = () => {
    count += 1;
    if (count > maxFiles) throw tooManyFiles(from, maxFiles);
  };
  const copy = async (paths: string[]) => {
    const files = getFiles(engine, containerId, {
      dir: from,
      paths,
      maxBytes,
      onLeftOut: (path, reason) => {
        countOne();
        leftOut.push({ path, reason });
      },
    });
    for await (const { path, content } of files) {
      countOne();
      // The results name files, too: they get the same mask.
      const target = join(to, redactor.text(path));
      await mkdir(dirname(target), { recursive: true });
      await store(content, target, redactor);
    }
  };
  const copyIfPresent = async (paths: string[]) => {
    try {
      await copy(paths);
    } catch (error) {
      if (!isFault(error, 'NOT_FOUND')) throw error;
    }
  };
  await mkdir(to, { recursive: true });
  try {
    await copyIfPresent(paths);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new Fault('DISK_FULL', `${to} has no room for the files of a test.`, { cause: error });
    }
    if (!isFault(error, 'FILES_TOO_LARGE')) throw error;
    const reason = count > maxFiles ? 'it has too many files' : 'it has too many bytes';
    leftOut.push({ path: 'the rest of the output', reason });
    count = 0;
    for (const path of essentialPaths) await copyIfPresent([path]);
  }
  return leftOut;
}

/**
 * Copies what the browsers of a process downloaded to `downloads` in a folder on the host, up to the limits. Returns what is left
 * out. Errors: as of `fetchOutput`.
 */
export async function fetchDownloads(
  { engine, containerId, redactor }: { engine: Engine; containerId: string; redactor: Redactor },
  { kept, hasFiles }: Pick<ProcessDownloads, 'kept' | 'hasFiles'>,
  to: string,
): Promise<LeftOut[]> {
  if (kept === undefined || !(await hasFiles())) return [];
  const leftOut = await fetchOutput(engine, containerId, kept, join(to, downloadsOutput), redactor, {
    maxBytes: maxDownloadBytes,
    maxFiles: maxDownloads,
    essentialPaths: [],
  });
  return leftOut.map(({ path, reason }) => ({ path: `${downloadsOutput}/${path}`, reason }));
}

function tooManyFiles(from: string, maxFiles: number): Fault {
  return new Fault('FILES_TOO_LARGE', `${from} has more than ${maxFiles} files.`);
}

/** Tells the users of a run what was left out, if anything. */
export async function reportLeftOut(
  { logs, record }: Pick<BlockRecord, 'logs' | 'record'>,
  test: string,
  leftOut: readonly LeftOut[],
): Promise<void> {
  if (leftOut.length === 0) return;
  const message = describeLeftOut(test, leftOut);
  logs.line(message);
  await record.event({ code: 'OUTPUT_LEFT_OUT', message });
}

/** One sentence about all that was left out. */
function describeLeftOut(test: string, leftOut: readonly LeftOut[]): string {
  const shown = leftOut.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`);
  const more = leftOut.length > shown.length ? ` and ${leftOut.length - shown.length} more` : '';
  return `Not kept of the files of ${test}: ${shown.join(', ')}${more}.`;
}

/**
 * Secrets are hidden in all files but pictures, which are recognised by their content: names do not help (Allure 2 writes no extensions),
 * and a NUL byte says nothing, because PHP prints one in the names of anonymous classes.
 */
async function store(content: AsyncIterable<Uint8Array>, target: string, redactor: Redactor): Promise<void> {
  const chunks = content[Symbol.asyncIterator]();
  const first = await chunks.next();
  const file = createWriteStream(target, { mode: 0o600 });
  const hasPicture = !first.done && isPicture(first.value);
  const all = async function* () {
    if (!first.done) yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  await pipeline(all(), hasPicture ? new PassThrough() : redactor.stream(), file);
}
