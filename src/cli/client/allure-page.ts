import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { pathInside } from '../../artifacts/safe-name.ts';
import { retry } from '../../async/retry.ts';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { ifPresent } from '../../files/missing-file.ts';
import { makeAllureReport } from '../../operations/reports/allure-report.ts';
import type { Caller } from './caller.ts';

const pageName = 'index.html';
/** Lists the names at the top of a page that a command wrote: the next page replaces these, and nothing else. */
const listName = '.matre-page.json';
const nameList = z
  .array(z.string().refine((name) => name === basename(name) && !/^\.{0,2}$/.test(name)))
  .max(1_000);
/** Other reports may be made first, and one takes at most five minutes. */
const patienceMs = 15 * 60_000;
const retryMs = 5_000;

/** Checks a folder for the page of Allure: it is created, or empty, or has an earlier page. Errors: INPUT_INVALID. */
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
  if (names.length > 0 && !names.includes(listName))
    throw refuse('the folder has other files; name an empty one, or a new one');
  await readPageNames(folder);
}

/** The names at the top of the page in a folder; none without a page. Errors: INPUT_INVALID. */
async function readPageNames(folder: string): Promise<string[]> {
  const content = await ifPresent(readFile(join(folder, listName), 'utf8'));
  if (content === undefined) return [];
  try {
    return nameList.parse(JSON.parse(content));
  } catch (cause) {
    const message = `${join(folder, listName)} is damaged. Remove the folder, or name another one.`;
    throw new Fault('INPUT_INVALID', message, { cause });
  }
}

/**
 * Writes the page of Allure for runs into a folder that `checkAllureFolder` accepted, as a whole: until all files are there, the folder has
 * what it had before. Files that are not of an earlier page stay. Errors: those of `makeAllureReport`, INPUT_INVALID when the files cannot
 * be written.
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
    await replacePage(folder, draft);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = `The page of Allure could not be written: ${toFault(error).message}`;
    throw new Fault('INPUT_INVALID', asSentence(message), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Moves the page in `draft` to `folder`. Errors: INPUT_INVALID when a file of somebody else has a name of the page. */
async function replacePage(folder: string, draft: string): Promise<void> {
  const names = await readdir(draft);
  const earlier = await readPageNames(folder);
  const others = (await readdir(folder)).filter((name) => !earlier.includes(name));
  const taken = names.filter((name) => others.includes(name));
  if (taken.length > 0) {
    const message = `${folder} has a file that is not of an earlier page: ${taken[0]}. Name another folder.`;
    throw new Fault('INPUT_INVALID', message);
  }
  // Before the files: when this ends half-way, the next page still replaces all of them.
  await writeFile(join(folder, listName), JSON.stringify([...new Set([...earlier, ...names])]));
  for (const name of earlier) await rm(join(folder, name), { recursive: true, force: true });
  // The page last: it is there when everything is.
  for (const name of [...names.filter((each) => each !== pageName), pageName]) {
    await rename(join(draft, name), join(folder, name));
  }
  await writeFile(join(folder, listName), JSON.stringify(names));
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
