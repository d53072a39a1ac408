import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { pathInside } from '../artifacts/safe-name.ts';
import { createKeyedLimiter, createLimiter } from '../async/limit.ts';
import { createSingleFlight } from '../async/single-flight.ts';
import { asDiskFull, Fault, isFault, toFault } from '../faults/fault.ts';
import { ifPresent } from '../files/missing-file.ts';
import type { Logger } from '../log.ts';
import type { AllureResult } from '../report/allure.ts';
import type { AllureFile } from '../report/allure-files.ts';
import type { AllureStep } from '../report/allure-steps.ts';
import { allureConfig, generate } from './generate.ts';
import { hardenPage } from './harden-page.ts';
import { packFolder } from './pack-folder.ts';
import { removeOldReports } from './stored-reports.ts';

/** What a report shows. */
export interface AllureContent {
  title: string;
  /** The results of the runs, each with its steps, and the run that has its files. */
  results: AsyncIterable<{ runId: number; result: AllureResult; steps: AllureStep[] }>;
  /** Lines of the history file, the oldest first. */
  history: AsyncIterable<string>;
}

/** Reports of Allure, each a folder with a page. */
export interface AllureReports {
  /**
   * The name of a report, which is made unless there is one with this key. The name alone opens the report, so it cannot be guessed.
   * For each `user` one is made at a time. Errors: ALLURE_MISSING, ALLURE_FAILED, ALLURE_BUSY, ALLURE_TOO_LARGE, DISK_FULL, and
   * those of `read`.
   */
  make(key: string, user: string | undefined, read: () => Promise<AllureContent>): Promise<string>;
  /** The path of a file of a report. Errors: NOT_FOUND. */
  find(name: string, path: string): Promise<string>;
  /** All files of a report as a tar archive, `index.html` last. Errors: NOT_FOUND. */
  pack(name: string): Promise<Readable>;
  /** Ends what is being made. */
  close(): void;
}

/** Each takes a processor and up to half a GB of memory. */
const maxWaiting = 4;
/** More files of one report are left out. */
const maxAttachmentBytes = 512 * 1024 * 1024;
/** Of the results and of the history: Allure reads all of them, and has 320 MB of heap (generate.ts). */
const defaultTextBytes = 256 * 1024 * 1024;

const namePattern = /^[0-9a-f]{48}$/;

/** `folder` is for the reports alone, which together have at most `maxBytes`. `maxTextBytes`: for tests. */
export function createAllureReports(options: {
  folder: string;
  artifacts: Pick<Artifacts, 'open'>;
  log: Logger;
  maxBytes?: number;
  maxTextBytes?: number;
}): AllureReports {
  const { folder, artifacts, log, maxBytes, maxTextBytes = defaultTextBytes } = options;
  const stop = new AbortController();
  const once = createSingleFlight<string, string>();
  const limit = createLimiter({
    concurrency: 1,
    maxWaiting,
    whenFull: () => new Fault('ALLURE_BUSY', `${maxWaiting + 1} other reports are being made.`),
  });
  const limitOfUser = createKeyedLimiter({
    concurrency: 1,
    maxWaiting: 0,
    whenFull: () => new Fault('ALLURE_BUSY', 'Another report of yours is being made.'),
  });
  /** The names of the reports of this process, by their keys. */
  const names = new Map<string, string>();

  const find = async (key: string): Promise<string | undefined> => {
    const name = names.get(key);
    return name !== undefined && (await ifPresent(stat(join(folder, name)))) ? name : undefined;
  };

  /** Makes a report, and returns its name. */
  const build = async (read: () => Promise<AllureContent>): Promise<string> => {
    const name = randomBytes(24).toString('hex');
    const scratch = join(folder, `.${name}`);
    const startedMs = Date.now();
    try {
      const content = await read();
      const results = await writeInputs(scratch, content, { artifacts, maxTextBytes, signal: stop.signal });
      const output = join(scratch, 'report');
      const history = join(scratch, 'history.jsonl');
      const configFile = join(scratch, 'allurerc.json');
      const { title } = content;
      await writeFile(configFile, JSON.stringify(allureConfig({ title, history, output })));
      const inputs = join(scratch, 'results');
      await generate({
        title,
        results: inputs,
        history,
        output,
        scratch,
        configFile,
        signal: stop.signal,
      });
      const page = await pageFolder(output);
      await hardenPage(page);
      await rename(page, join(folder, name));
      log.info({ results, ms: Date.now() - startedMs }, 'Allure report was made');
      return name;
    } catch (error) {
      log.warn({ code: toFault(error).code, err: error }, 'Allure report could not be made');
      throw asDiskFull(error);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };

  const make = async (key: string, read: () => Promise<AllureContent>): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Before, because the new one needs the room, and what an ended process left behind may be large.
    await removeOldReports(folder, maxBytes);
    const name = await build(read);
    names.set(key, name);
    await removeOldReports(folder, maxBytes);
    return name;
  };

  return {
    make: (key, user, read) =>
      once(key, async () => {
        const inTurn = () => limit(() => make(key, read));
        return (await find(key)) ?? (user === undefined ? inTurn() : limitOfUser(user, inTurn));
      }),

    async find(name, path) {
      if (!namePattern.test(name)) throw missing();
      const file = pathInside(join(folder, name), path);
      const stats = await ifPresent(stat(file));
      if (!stats?.isFile()) throw missing();
      return file;
    },

    async pack(name) {
      const report = join(folder, name);
      if (!namePattern.test(name) || !(await ifPresent(stat(report)))) throw missing();
      return packFolder(report);
    },

    close: () => stop.abort(new Error('The process ends.')),
  };
}

const missing = () =>
  new Fault('NOT_FOUND', 'There is no such report any more; open it again on the page of the run.');

/** The folder with the page: Allure makes one for each of its plugins when there are several. */
async function pageFolder(output: string): Promise<string> {
  const inner = join(output, 'awesome');
  return (await ifPresent(stat(join(inner, 'index.html')))) ? inner : output;
}

/**
 * Writes what Allure reads, and returns the number of results. A file of a test that is not there any more is left out: the report is for
 * what there is.
 */
async function writeInputs(
  scratch: string,
  { results, history }: AllureContent,
  {
    artifacts,
    maxTextBytes,
    signal,
  }: { artifacts: Pick<Artifacts, 'open'>; maxTextBytes: number; signal: AbortSignal },
): Promise<number> {
  const folder = join(scratch, 'results');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const copyFile = createFileCopier(folder, artifacts, signal);
  let textBytes = 0;
  const countText = (text: string) => {
    textBytes += Buffer.byteLength(text);
    if (textBytes <= maxTextBytes) return text;
    const message = `The results and the history have more than ${maxTextBytes} bytes.`;
    throw new Fault('ALLURE_TOO_LARGE', message);
  };
  const countedHistory = async function* () {
    for await (const line of history) yield countText(line);
  };
  let count = 0;
  for await (const { runId, result, steps } of results) {
    signal.throwIfAborted();
    /** Those files of a result or a step that Allure gets. */
    const copyFiles = async (files: readonly AllureFile[]) => {
      const copies = [];
      for (const { path, ...file } of files) {
        if (await copyFile(runId, path, file.source)) copies.push(file);
      }
      return copies;
    };
    const copySteps = async (list: readonly AllureStep[]): Promise<object[]> => {
      const copies: object[] = [];
      for (const step of list) {
        const attachments = await copyFiles(step.attachments);
        copies.push({ ...step, attachments, steps: await copySteps(step.steps) });
      }
      return copies;
    };
    const attachments = await copyFiles(result.attachments);
    const content = { ...result, attachments, steps: await copySteps(steps) };
    await writeFile(join(folder, `${result.uuid}-result.json`), countText(JSON.stringify(content)));
    count += 1;
  }
  await pipeline(countedHistory, createWriteStream(join(scratch, 'history.jsonl')), { signal });
  return count;
}

/** A function that copies a file of a run to `folder`, once. It returns false for a file that is left out. */
function createFileCopier(folder: string, artifacts: Pick<Artifacts, 'open'>, signal: AbortSignal) {
  const isCopiedByName = new Map<string, boolean>();
  let bytes = 0;
  const copy = async (runId: number, path: string, name: string): Promise<boolean> => {
    const file = await artifacts.open(runId, path).catch((error: unknown) => {
      // Its retention is over. A page without what cannot be read now would be kept for a day.
      if (isFault(error, 'NOT_FOUND')) return undefined;
      throw error;
    });
    if (file === undefined) return false;
    if (bytes + file.size > maxAttachmentBytes) {
      file.stream.destroy();
      return false;
    }
    bytes += file.size;
    await pipeline(file.stream, createWriteStream(join(folder, name)), { signal });
    return true;
  };
  return async (runId: number, path: string, name: string): Promise<boolean> => {
    const isCopied = isCopiedByName.get(name) ?? (await copy(runId, path, name));
    isCopiedByName.set(name, isCopied);
    return isCopied;
  };
}
