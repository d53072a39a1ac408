import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ifPresent } from '../../files/missing-file.ts';
import { cestClass } from '../catalog/names.ts';
import { readAllure1 } from './allure1.ts';
import { checkContainer, readAllure2 } from './allure2.ts';
import { readJunit } from './junit.ts';
import {
  type AllureAttachment,
  type AllureCase,
  allureFolder,
  type JunitCase,
  type OutcomeAttachment,
  Unreadable,
} from './outcome.ts';

/** The path of a Codeception process's JUnit report, relative to its output folder. */
const junitFile = 'report.xml';

/** The results of a Codeception process, with each file checked. */
export interface CollectedResults {
  allure: (Omit<AllureCase, 'attachments'> & { attachments: OutcomeAttachment[] })[];
  /** `undefined` when there is no report, or it cannot be read. */
  junit: JunitCase[] | undefined;
  /** Result files that cannot be trusted, with the problem. */
  unreadable: string[];
}

/** Far more than a long suite writes; a larger file counts as unreadable. */
const maxFileBytes = 64 * 1024 * 1024;

/** Reads the results of one process. A folder without results is no error here: `reconcile` decides. */
export async function collectResults(folder: string): Promise<CollectedResults> {
  const unreadable: string[] = [];
  const readResults = async <T>(path: string, reader: (content: string) => T): Promise<T | undefined> => {
    try {
      const { size } = await stat(join(folder, path));
      if (size > maxFileBytes) throw new Unreadable(`${size} bytes are too many`);
      return reader(await readFile(join(folder, path), 'utf8'));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unreadable.push(`${path}: ${error.message}`);
      return undefined;
    }
  };

  const files = await list(folder);
  const cases: AllureCase[] = [];
  for (const name of await list(join(folder, allureFolder))) {
    const path = `${allureFolder}/${name}`;
    if (name.endsWith('-testsuite.xml')) cases.push(...((await readResults(path, readAllure1)) ?? []));
    else if (name.endsWith('-result.json')) {
      const testCase = await readResults(path, readAllure2);
      if (testCase) cases.push(testCase);
    } else if (name.endsWith('-container.json')) await readResults(path, checkContainer);
  }
  const junit = (await hasJunit(folder, files)) ? await readResults(junitFile, readJunit) : undefined;
  const allure = [];
  for (const one of cases) allure.push({ ...one, attachments: await attachmentsOf(folder, files, one) });
  return { allure, junit, unreadable };
}

/** Codeception creates the report when it starts and fills it at its end: an empty one is of a killed process. */
async function hasJunit(folder: string, files: string[]): Promise<boolean> {
  return files.includes(junitFile) && (await stat(join(folder, junitFile))).size > 0;
}

async function list(folder: string): Promise<string[]> {
  const entries = (await ifPresent(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

/**
 * The attachments of a test, and the picture and page that MFTF writes beside the report. Allure's copies of those two may only
 * contain a path (Allure 2, and Allure 1 without a browser), so MFTF's come first.
 */
async function attachmentsOf(folder: string, files: string[], one: AllureCase): Promise<OutcomeAttachment[]> {
  const attachments: OutcomeAttachment[] = [];
  const nameEnd = `._${one.suite ?? 'default'}.Backend.${cestClass(one.test)}.${one.test}.fail`;
  const add = async (attachment: OutcomeAttachment) => {
    const { kind, file } = attachment;
    const onlyOne = kind === 'screenshot' || kind === 'page';
    if (onlyOne && attachments.some((other) => other.kind === kind)) return;
    if (await isOfKind(kind, join(folder, file))) attachments.push(attachment);
  };
  for (const file of files) {
    if (file.endsWith(`${nameEnd}.png`)) await add({ name: 'Screenshot', kind: 'screenshot', file });
    if (file.endsWith(`${nameEnd}.html`)) await add({ name: 'Page', kind: 'page', file });
  }
  for (const attachment of one.attachments) {
    // A source is a plain file name; anything else would lead out of the folder.
    if (basename(attachment.source) !== attachment.source) continue;
    const file = `${allureFolder}/${attachment.source}`;
    await add({ name: attachment.name, kind: kindOf(attachment), file });
  }
  return attachments;
}

function kindOf({ name, source, type }: AllureAttachment): OutcomeAttachment['kind'] {
  const hint = `${type ?? ''} ${name} ${source}`;
  if (/image\/|png\b/i.test(hint)) return 'screenshot';
  if (/html\b/i.test(hint)) return 'page';
  return /Exception$|log$/i.test(name) ? 'log' : 'other';
}

/** Whether a file exists and begins as its kind should: not every file named as a picture is one. */
async function isOfKind(kind: OutcomeAttachment['kind'], path: string): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.toString('latin1', 0, bytesRead);
    if (kind === 'screenshot') return start.startsWith('\x89PNG') || start.startsWith('\xff\xd8\xff');
    return kind !== 'page' || /^(?:\xef\xbb\xbf)?\s*</.test(start);
  } finally {
    await handle.close();
  }
}
