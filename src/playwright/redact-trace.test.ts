import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { createRedactor } from '../mftf/redaction/redactor.ts';
import { redactTrace } from './redact-trace.ts';

const secret = 'correct horse battery';
/** The first bytes of a PNG, and the secret: pictures stay as they are. */
const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(secret)]);
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-trace-'));
  path = join(folder, 'trace.zip');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Record<string, Buffer>): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(content, name);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
}

async function read(): Promise<Record<string, string>> {
  const archive = await openPromise(path);
  const files: Record<string, string> = {};
  for await (const entry of archive.eachEntry())
    files[entry.fileName] = (await buffer(await archive.openReadStreamPromise(entry))).toString('latin1');
  return files;
}

it('hides secrets in the texts of a trace, and keeps its pictures', async () => {
  await write({
    'trace.trace': Buffer.from(`{"value":"${secret}"}`),
    'resources/1.png': picture,
    'empty.txt': Buffer.alloc(0),
    [`resources/${secret}.txt`]: Buffer.from('plain'),
  });
  expect(await redactTrace(path, await createRedactor([secret]))).toBe(true);
  expect(await read()).toEqual({
    'trace.trace': '{"value":"[hidden]"}',
    'resources/1.png': picture.toString('latin1'),
    'empty.txt': '',
    'resources/[hidden].txt': 'plain',
  });
  expect(await readdir(folder)).toEqual(['trace.zip']);
});

it('says that a trace cannot be read when it is cut, too large or has too many files, and leaves no file behind', async () => {
  const redactor = await createRedactor([secret]);
  await write({ 'trace.trace': Buffer.alloc(100_000, 'a') });
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, whole.length - 30));
  expect(await redactTrace(path, redactor)).toBe(false);
  await write({ 'trace.trace': Buffer.alloc(1_000), 'trace.network': Buffer.alloc(1_000) });
  expect(await redactTrace(path, redactor, { files: 2, bytes: 1_999 })).toBe(false);
  expect(await redactTrace(path, redactor, { files: 1, bytes: 2_000 })).toBe(false);
  expect(await redactTrace(path, redactor, { files: 2, bytes: 2_000 })).toBe(true);
  expect(await redactTrace(join(folder, 'absent.zip'), redactor)).toBe(false);
  expect(await readdir(folder)).toEqual(['trace.zip']);
});
