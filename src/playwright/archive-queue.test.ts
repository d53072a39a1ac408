import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { RunLogs } from '../mftf/run/logs.ts';
import { createThreads, type Threads } from '../threads/threads.ts';
import type { Job } from '../worker/runner.ts';
import { type ArchiveQueue, createArchiveQueue } from './archive-queue.ts';

const secret = 'correct horse battery';
const archiveReader = createThreads({ count: 1 });
afterAll(() => archiveReader.close());
const owner = (name: string) => ({ test: { name, suite: 'shop' }, name: 'trace', kind: 'trace' as const });

let folder: string;
let calls: unknown[];
let queue: ArchiveQueue;
let abort: AbortController;
let createQueue: (request: { archiveReader?: Threads; maxBytes?: number }) => ArchiveQueue;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-archives-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  calls = [];
  abort = new AbortController();
  const artifacts = {
    write: async (_run: number, path: string, content: NodeJS.ReadableStream) => {
      calls.push([path, (await buffer(content)).includes(secret)]);
    },
  } as unknown as Artifacts;
  const record = {
    attachment: async ({ name }: { name: string }, { path }: { path: string }) => calls.push([name, path]),
    event: async ({ message }: { message: string }) => calls.push(message),
  };
  const job = { run: { id: 1 }, record, abort: abort.signal } as unknown as Job;
  const logs = { line: () => undefined } as unknown as RunLogs;
  createQueue = (request) =>
    createArchiveQueue({ artifacts, job, logs, archiveReader, secrets: [secret], ...request });
  queue = createQueue({});
});

async function writeTrace(file: string): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(`{"value":"${secret}"}`), 'trace.trace', { compress: false });
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(file)));
}

it('adds an archive without secrets to the results of its tests', async () => {
  const file = join(folder, 'trace.zip');
  await writeTrace(file);
  await queue.add({ file, path: 'tests/001/trace.zip', owners: [owner('A'), owner('B')] });
  expect(await readdir(folder)).toEqual([]);
  await queue.finish();
  expect(calls).toEqual([
    ['tests/001/trace.zip', false],
    ['A', 'tests/001/trace.zip'],
    ['B', 'tests/001/trace.zip'],
  ]);
});

it('stores nothing of an archive that cannot be read, and says so; the next one is stored', async () => {
  const [cut, whole] = [join(folder, 'cut.zip'), join(folder, 'whole.zip')];
  await writeFile(cut, `PK\u0003\u0004 ${secret}`);
  await writeTrace(whole);
  await queue.add({ file: join(folder, 'absent.zip'), path: 'absent.zip', owners: [owner('A')] });
  await queue.add({ file: cut, path: 'cut.zip', owners: [owner('A')] });
  await queue.add({ file: whole, path: 'whole.zip', owners: [owner('A')] });
  await queue.finish();
  expect(calls).toEqual([
    'Not kept of the files of A: absent.zip (it cannot be stored: INTERNAL).',
    'Not kept of the files of A: cut.zip (it cannot be read within the limits, and may have secrets).',
    ['whole.zip', false],
    ['A', 'whole.zip'],
  ]);
});

it('stores nothing after the run was lost', async () => {
  const file = join(folder, 'trace.zip');
  await writeTrace(file);
  abort.abort();
  await queue.add({ file, path: 'trace.zip', owners: [owner('A')] });
  await queue.finish();
  expect(calls).toEqual([]);
});

it('leaves an archive in its place until those before it leave room for it', async () => {
  const places = ['a.zip', 'b.zip'].map((name) => join(folder, name));
  for (const place of places) await writeTrace(place);
  const elsewhere = await mkdtemp(join(tmpdir(), 'matre-moves-'));
  let other = join(elsewhere, '50');
  await writeFile(other, '');
  const slowReader = {
    run: async (...request: Parameters<Threads['run']>) => {
      // A second archive would be moved before this file has moved so often.
      for (let move = 0; move < 50; move += 1) {
        const next = join(elsewhere, `${move}`);
        await rename(other, next);
        other = next;
      }
      calls.push(await readdir(folder));
      return archiveReader.run(...request);
    },
  } as unknown as Threads;
  queue = createQueue({ archiveReader: slowReader, maxBytes: 1 });
  await Promise.all(places.map((file, index) => queue.add({ file, path: `${index}.zip`, owners: [] })));
  await queue.finish();
  expect(calls).toEqual([['b.zip'], ['0.zip', false], [], ['1.zip', false]]);
  await rm(elsewhere, { recursive: true });
});
