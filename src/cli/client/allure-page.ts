import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { pathInside } from '../../artifacts/safe-name.ts';
import { retry } from '../../async/retry.ts';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { ifPresent } from '../../files/missing-file.ts';
import { makeAllureReport } from '../../operations/reports/allure-report.ts';
import type { Caller } from './caller.ts';

const pageName = 'index.html';
/** What every page of Allure 3 has. */
const mark = 'window.allureReportOptions';
/** Other reports may be made first, and one takes at most five minutes. */
const patienceMs = 15 * 60_000;
const retryMs = 5_000;

/** Checks a folder for the page of Allure: it is created, or empty, or has an earlier page, which is replaced. Errors: INPUT_INVALID. */
export async function checkAllureFolder(flag: string, folder: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown) =>
    new Fault('INPUT_INVALID', `${flag} ${folder}: ${reason}.`, { cause });
  let names: string[];
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    names = await readdir(folder);
  } catch (cause) {
    throw refuse('the folder cannot be made or is not writable', cause);
  }
  if (names.length === 0) return;
  const page = names.includes(pageName) ? await ifPresent(readFile(join(folder, pageName), 'utf8')) : '';
  if (!page?.includes(mark)) throw refuse('the folder has other files; name an empty one, or a new one');
}

/**
 * Writes the page of Allure for runs into a folder that `checkAllureFolder` accepted, as a whole: until all files are there, the folder has
 * what it had before. Errors: those of `makeAllureReport`, INPUT_INVALID when the files cannot be written.
 */
export async function writeAllurePage(caller: Caller, ids: readonly number[], folder: string): Promise<void> {
  const startedAt = performance.now();
  const page = await retry(() => caller.call(makeAllureReport, { ids: ids.join(',') }), {
    // Of a report that takes long, the server is asked again: it makes each once.
    shouldRetry: (error) =>
      (isFault(error, 'ALLURE_BUSY') || isFault(error, 'RESPONSE_MISSING')) &&
      performance.now() - startedAt < patienceMs,
    delayMs: retryMs,
  });
  const draft = join(folder, `.draft-${randomBytes(6).toString('hex')}`);
  try {
    await unpack(await caller.readAllureReport(page), draft);
    for (const name of await readdir(folder)) {
      if (join(folder, name) !== draft) await rm(join(folder, name), { recursive: true });
    }
    const names = await readdir(draft);
    // The page last: it is there when everything is.
    for (const name of [...names.filter((each) => each !== pageName), pageName]) {
      await rename(join(draft, name), join(folder, name));
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = `The page of Allure could not be written: ${toFault(error).message}`;
    throw new Fault('INPUT_INVALID', asSentence(message), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function unpack(archive: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  await mkdir(folder);
  const tar = extract();
  const arrival = pipeline(Readable.from(archive), tar);
  arrival.catch(() => undefined);
  let isComplete = false;
  for await (const entry of tar) {
    const { name } = entry.header;
    const path = pathInside(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(entry, createWriteStream(path));
    isComplete ||= name === pageName;
  }
  await arrival;
  if (!isComplete) throw new Fault('SERVER_UNREACHABLE', 'The server ended the page of Allure too early.');
}
