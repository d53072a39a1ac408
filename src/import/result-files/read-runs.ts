import { createHash, type Hash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { ifPresent } from '../../files/missing-file.ts';
import { Unreadable } from '../../mftf/results/outcome.ts';
import { cutMessage } from '../../mftf/results/text.ts';
import { decodeXml } from '../../mftf/xml/encoding.ts';
import { groupBy } from '../../model/group-by.ts';
import { maxTestNameLength } from '../../model/limits.ts';
import type { FileResult, FileRun } from './file-result.ts';
import { groupExecutions } from './group-executions.ts';
import { readAllureFile } from './read-allure-file.ts';
import { readJunitFile } from './read-junit-file.ts';

/** A larger one holds no results of tests. */
const maxFileBytes = 64 * 1024 * 1024;
const maxFiles = 100_000;
/** Of a column of the database: 24 days. */
const maxDurationMs = 2 ** 31 - 1;

/**
 * The runs in a folder of Allure results (one run), in a JUnit file (one), or in a folder of JUnit files (one for each execution of tests,
 * see `groupExecutions`). Everything is read and checked before anything is written. Errors: INPUT_INVALID, IMPORT_FILE_INVALID, IMPORT_ATTACHMENT_MISSING, IMPORT_ATTACHMENT_OUTSIDE.
 */
export async function readRuns(path: string, options: { withoutFiles: boolean }): Promise<FileRun[]> {
  const stats = await stat(path).catch((cause) => {
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be read: ${toFault(cause).message}`), {
      cause,
    });
  });
  if (stats.isFile()) return [runOfFiles(path, [await readJunit(path)])];
  const names = (await readdir(path)).sort();
  if (names.length > maxFiles) {
    throw new Fault('INPUT_INVALID', `${path} has ${names.length} files, and the limit is ${maxFiles}.`);
  }
  const ofAllure = names.filter((name) => /-result\.json$|-testsuite\.xml$/.test(name));
  if (ofAllure.length > 0) return [await readAllureRun(path, ofAllure, options)];
  const ofJunit = names.filter((name) => name.endsWith('.xml'));
  if (ofJunit.length > 0) {
    const files: JunitFile[] = [];
    // One after the other, so that only one whole file is in memory; the results stay.
    for (const name of ofJunit) files.push(await readJunit(join(path, name)));
    return groupExecutions(files).map((group) => runOfFiles(path, group));
  }
  const expected = 'result files of Allure (*-result.json, *-testsuite.xml) or JUnit files (*.xml)';
  throw new Fault('INPUT_INVALID', `${path} has no ${expected}.`);
}

interface JunitFile {
  name: string;
  digest: string;
  results: FileResult[];
}

/** Errors: INPUT_INVALID, IMPORT_FILE_INVALID. */
async function readJunit(path: string): Promise<JunitFile> {
  const content = await readText(path);
  const { mtime } = await stat(path);
  const results = readable(path, () => readJunitFile(content, mtime));
  const name = basename(path);
  if (results.length === 0) throw withoutResult(name);
  const hash = createHash('sha256');
  addContent(hash, content);
  const digest = hash.digest('hex');
  return { name, digest, results: results.map((result) => ({ ...result, origin: digest })) };
}

/** The run of the files of one execution. A single file is the same run in a folder and alone. */
function runOfFiles(path: string, files: readonly JunitFile[]): FileRun {
  const results = files.flatMap((file) => file.results);
  const [first] = files;
  if (first === undefined) throw withoutResult(path);
  const { name, digest } = first;
  const origins = files.map((file) => file.digest).sort();
  if (files.length === 1) return runOf({ name, digest, origins, results, folder: undefined });
  return runOf({
    name: `${basename(path)} (${files.length} files from ${name})`,
    digest: createHash('sha256').update(origins.join()).digest('hex'),
    ...{ origins, results, folder: undefined },
  });
}

const withoutResult = (name: string) => new Fault('IMPORT_FILE_INVALID', `${name} has no result of a test.`);

async function readAllureRun(
  folder: string,
  names: readonly string[],
  { withoutFiles }: { withoutFiles: boolean },
): Promise<FileRun> {
  const digest = createHash('sha256');
  const results: FileResult[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const content = await readText(path);
    addContent(digest, content);
    for (const result of readable(path, () => readAllureFile(name, content))) {
      const files = withoutFiles ? [] : result.files;
      for (const { source } of files) await assertAttachment(folder, source, path);
      results.push({ ...result, files });
    }
  }
  return runOf({ name: basename(folder), digest: digest.digest('hex'), origins: [], results, folder });
}

/** Errors: IMPORT_ATTACHMENT_OUTSIDE, also for a link; IMPORT_ATTACHMENT_MISSING. */
async function assertAttachment(folder: string, source: string, result: string): Promise<void> {
  const subject = `${result} names the attachment ${JSON.stringify(source)}`;
  if (source === '' || source === '..' || basename(source) !== source || source.includes('\0')) {
    throw new Fault('IMPORT_ATTACHMENT_OUTSIDE', `${subject}, which is not in its folder.`);
  }
  const stats = await ifPresent(lstat(join(folder, source)));
  if (stats === undefined) throw new Fault('IMPORT_ATTACHMENT_MISSING', `${subject}, which does not exist.`);
  if (!stats.isFile())
    throw new Fault('IMPORT_ATTACHMENT_OUTSIDE', `${subject}, which is a link or a folder.`);
  if (stats.size > maxFileBytes) {
    throw new Fault(
      'IMPORT_ATTACHMENT_MISSING',
      `${subject}, which has ${stats.size} bytes; the limit is ${maxFileBytes}.`,
    );
  }
}

/** Errors: INPUT_INVALID, IMPORT_FILE_INVALID. */
async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw new Unreadable(`it has ${size} bytes, and the limit is ${maxFileBytes}`);
    return decode(path, await readFile(path));
  } catch (cause) {
    const code = cause instanceof Unreadable ? 'IMPORT_FILE_INVALID' : 'INPUT_INVALID';
    throw new Fault(code, asSentence(`${path} cannot be read: ${toFault(cause).message}`), { cause });
  }
}

/** XML has the encoding that it declares; pages and messages of tests in it may have bytes of none. */
function decode(path: string, bytes: Buffer): string {
  const decoded = path.endsWith('.xml') ? decodeXml(bytes) : undefined;
  return decoded && 'text' in decoded ? decoded.text : new TextDecoder().decode(bytes);
}

/** Errors: IMPORT_FILE_INVALID. */
function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    throw new Fault('IMPORT_FILE_INVALID', asSentence(`${path} is no whole result file: ${cause.message}`), {
      cause,
    });
  }
}

/** Adds a file with its length, so that no other files have the same bytes. */
function addContent(digest: Hash, content: string): void {
  const bytes = Buffer.from(content);
  digest.update(`${bytes.length}:`).update(bytes);
}

/** Errors: IMPORT_FILE_INVALID for files without a result, and for a name that no test here can have. */
function runOf({
  results,
  ...about
}: Omit<FileRun, 'results'> & { results: readonly FileResult[] }): FileRun {
  const { name } = about;
  if (results.length === 0) throw withoutResult(name);
  const tests = withVariants(results).map(withinLimits);
  const long = tests
    .flatMap(({ test, suite = '' }) => [test, suite])
    .find(({ length }) => length > maxTestNameLength);
  if (long !== undefined) {
    const problem = `a name of ${long.length} characters, and the limit is ${maxTestNameLength}`;
    throw new Fault('IMPORT_FILE_INVALID', `${name} has ${problem}: ${JSON.stringify(long.slice(0, 80))}.`);
  }
  const inOrder = tests.toSorted((one, other) => one.startedAt.getTime() - other.startedAt.getTime());
  // The last execution of a test decides, as Allure and matre see it.
  const latest = new Map(inOrder.map((result) => [keyOf(result), result]));
  return { ...about, results: [...latest.values()] };
}

/** Tests that differ only in a browser or a parameter have equal names, which get that then. */
function withVariants(results: readonly FileResult[]): FileResult[] {
  const variants = groupBy(results, keyOf);
  const ambiguous = new Set<string>();
  for (const [key, tests] of variants) {
    if (new Set(tests.map(({ variant }) => variant)).size > 1) ambiguous.add(key);
  }
  return results.map((result) => {
    const { test, variant } = result;
    return variant && ambiguous.has(keyOf(result)) ? { ...result, test: `${test} [${variant}]` } : result;
  });
}

const keyOf = ({ test, suite = '' }: FileResult) => `${suite}:${test}`;

const withinLimits = (result: FileResult): FileResult => ({
  ...result,
  message: result.message && cutMessage(result.message),
  durationMs: Math.min(result.durationMs, maxDurationMs),
});
