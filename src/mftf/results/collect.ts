import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ifPresent } from '../../files/missing-file.ts';
import { readStart } from '../../files/read-start.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { cestClass } from '../catalog/names.ts';
import { readAllure1 } from './allure1.ts';
import { checkContainer, readAllure2 } from './allure2.ts';
import { isException, readExceptions } from './exceptions.ts';
import { readJunit } from './junit.ts';
import {
  type AllureAttachment,
  type AllureCase,
  allureFolder,
  type JunitCase,
  type OutcomeAttachment,
  Unreadable,
} from './outcome.ts';
import { isPicture } from './picture.ts';

/** The path of a Codeception process's JUnit report, relative to its output folder. */
const junitFile = 'report.xml';

/** The results of a Codeception process, with each file checked. */
export interface CollectedResults {
  allure: CollectedCase[];
  /** `undefined` when there is no report, or it cannot be read. */
  junit: JunitCase[] | undefined;
  /** Result files that cannot be trusted, with the problem. */
  unreadable: string[];
  /** The files that MFTF writes beside its results, for a test that has none in Allure. */
  pictures: { test: PlannedTest; attachments: OutcomeAttachment[] }[];
}

/** A test in Allure, with the files that exist. */
export interface CollectedCase extends Omit<AllureCase, 'attachments'> {
  attachments: OutcomeAttachment[];
  /** The messages of its exceptions, the first one that was thrown first. */
  exceptions: string[];
}

/** Far more than a long suite writes; a larger file counts as unreadable. */
const maxFileBytes = 64 * 1024 * 1024;

/** Reads the results of the process that executed `planned`. A folder without results is no error here: `reconcile` decides. */
export async function collectResults(
  folder: string,
  planned: readonly PlannedTest[],
): Promise<CollectedResults> {
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
    if (name.endsWith('-testsuite.xml')) {
      for (const one of (await readResults(path, readAllure1)) ?? []) cases.push(one);
    } else if (name.endsWith('-result.json')) {
      const testCase = await readResults(path, readAllure2);
      if (testCase) cases.push(testCase);
    } else if (name.endsWith('-container.json')) await readResults(path, checkContainer);
  }
  const junit = (await hasJunit(folder, files)) ? await readResults(junitFile, readJunit) : undefined;
  const allure = [];
  for (const one of cases) {
    const attachments = await attachmentsOf(folder, files, one);
    const exceptions = attachments.filter(({ name }) => isException(name));
    allure.push({
      ...one,
      attachments,
      exceptions: await readExceptions(exceptions.map(({ file }) => join(folder, file))),
    });
  }
  const picturesOfTests = [];
  for (const test of planned) {
    if (cases.some((one) => one.test === test.name && one.suite === test.suite)) continue;
    picturesOfTests.push({ test, attachments: await picturesOf(folder, files, test) });
  }
  return { allure, junit, unreadable, pictures: picturesOfTests };
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

/** The picture and the page that MFTF writes beside the report when a test fails. Allure need not be readable for them. */
async function picturesOf(folder: string, files: string[], test: PlannedTest): Promise<OutcomeAttachment[]> {
  const attachments: OutcomeAttachment[] = [];
  for (const { name, kind, extension } of pictures) {
    const nameEnd = pictureNameEnd(test, extension);
    for (const file of files.filter((each) => each.endsWith(nameEnd))) {
      if (await isOfKind(kind, join(folder, file))) {
        attachments.push({ name, kind, file });
        break;
      }
    }
  }
  return attachments;
}

const pictures = [
  { name: 'Page', kind: 'page', extension: 'html' },
  { name: 'Screenshot', kind: 'screenshot', extension: 'png' },
] as const;

/**
 * The end of the name of such a file: the test's class and method with a dot for each byte that is no letter, digit or `_`. MFTF
 * cuts the name after 245 bytes for pictures and 244 for pages (read in MagentoWebDriver, 3.8).
 */
function pictureNameEnd({ name, suite }: PlannedTest, extension: 'html' | 'png'): string {
  const signature = `Magento\\AcceptanceTest\\_${suite ?? 'default'}\\Backend\\${cestClass(name)}:${name}`;
  const dotted = Buffer.from(signature, 'utf8').toString('latin1').replace(/\W/g, '.');
  const maxBytes = extension === 'png' ? 245 : 244;
  const end =
    dotted.length > maxBytes ? dotted.slice(0, maxBytes) : dotted.replace('Magento.AcceptanceTest', '');
  return `${end}.fail.${extension}`;
}

/**
 * The attachments of a test in Allure. Its copies of the picture and the page may only contain a path (Allure 2, and Allure 1
 * without a browser), so those that MFTF writes itself come first.
 */
async function attachmentsOf(folder: string, files: string[], one: AllureCase): Promise<OutcomeAttachment[]> {
  const attachments = await picturesOf(folder, files, { name: one.test, suite: one.suite });
  for (const attachment of one.attachments) {
    // A source is a plain file name; anything else would lead out of the folder.
    if (basename(attachment.source) !== attachment.source) continue;
    const file = `${allureFolder}/${attachment.source}`;
    const kind = kindOf(attachment);
    const onlyOne = kind === 'screenshot' || kind === 'page';
    if (onlyOne && attachments.some((other) => other.kind === kind)) continue;
    if (await isOfKind(kind, join(folder, file))) attachments.push({ name: attachment.name, kind, file });
  }
  return attachments;
}

function kindOf({ name, source, type }: AllureAttachment): OutcomeAttachment['kind'] {
  // Its file name has the extension of what its text looks like, which may be `.html`.
  if (isException(name)) return 'log';
  const hint = `${type ?? ''} ${name} ${source}`;
  if (/image\/|png\b/i.test(hint)) return 'screenshot';
  if (/html\b/i.test(hint)) return 'page';
  return /log$/i.test(name) ? 'log' : 'other';
}

/** Whether a file exists and begins as its kind should: not every file named as a picture is one. */
async function isOfKind(kind: OutcomeAttachment['kind'], path: string): Promise<boolean> {
  const start = await readStart(path, 64);
  if (start === undefined) return false;
  if (kind === 'screenshot') return isPicture(start);
  return kind !== 'page' || /^(?:\xef\xbb\xbf)?\s*</.test(start.toString('latin1'));
}
