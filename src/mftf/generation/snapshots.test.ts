import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFile } from '../../files/file-lock.ts';
import { createLog } from '../../log.ts';
import { createSnapshots, type NewSnapshot, type SnapshotEvent, type SnapshotRequest } from './snapshots.ts';

let folder: string;
let events: SnapshotEvent[];
const log = createLog({ level: 'silent' });
const key = (digit: string) => digit.repeat(64);
const newSnapshot = (text: string, name: string | undefined = key('a')): NewSnapshot => ({
  archive: Buffer.from(text),
  missing: [{ name: 'BadTest', suite: undefined, message: 'No such action group' }],
  key: name,
});
const never: SnapshotRequest['generateSnapshot'] = async () => {
  throw new Error('It should not have been made.');
};
const request = (
  generateSnapshot: SnapshotRequest['generateSnapshot'],
  signal = new AbortController().signal,
): SnapshotRequest => ({
  generateSnapshot,
  signal,
  onEvent: (event) => events.push(event),
});
const openSnapshots = (maxBytes = 1_000_000) => createSnapshots({ folder, maxBytes, log });

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'matre-snapshots-')), 'snapshots');
  events = [];
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

test('every process gets a stored snapshot with the same bytes', async () => {
  const first = await openSnapshots().obtain(
    [key('a')],
    request(async () => newSnapshot('one')),
  );
  const second = await openSnapshots().obtain([key('a')], request(never));
  expect([first.storedKey, second.storedKey]).toEqual([undefined, key('a')]);
  expect(second.snapshot).toEqual(first.snapshot);
  expect(second.snapshot.archive.toString()).toBe('one');
  expect(events).toEqual([]);
  expect(await readdir(folder)).toEqual([`${key('a')}.snapshot`]);
});

test('of concurrent callers one generates the snapshot', async () => {
  let calls = 0;
  const generateSnapshot = async () => {
    calls += 1;
    return newSnapshot('one');
  };
  const stores = [openSnapshots(), openSnapshots(), openSnapshots()];
  const all = await Promise.all(
    [...stores, ...stores].map((store) => store.obtain([key('a')], request(generateSnapshot))),
  );
  expect(calls).toBe(1);
  expect(all.filter(({ storedKey }) => storedKey === undefined)).toHaveLength(1);
  expect(new Set(all.map(({ snapshot }) => snapshot.archive.toString()))).toEqual(new Set(['one']));
});

test('when a generation fails the next caller tries, and each caller gets its own error', async () => {
  let calls = 0;
  const generateSnapshot = async () => {
    calls += 1;
    if (calls === 1) throw new Error('The first one fails.');
    return newSnapshot('one');
  };
  const store = openSnapshots();
  const all = await Promise.allSettled(
    [1, 2, 3].map(() => store.obtain([key('a')], request(generateSnapshot))),
  );
  expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(calls).toBe(2);
});

test('an incomplete snapshot is not shared', async () => {
  const first = await openSnapshots().obtain(
    [key('a')],
    request(async () => ({ ...newSnapshot('half'), key: undefined })),
  );
  expect(first.snapshot.archive.toString()).toBe('half');
  const second = await openSnapshots().obtain(
    [key('a')],
    request(async () => newSnapshot('whole')),
  );
  expect([second.storedKey, second.snapshot.archive.toString()]).toEqual([undefined, 'whole']);
});

test.each([
  [
    'a bit that flipped',
    (bytes: Buffer) => bytes.fill(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1),
  ],
  ['a file that was cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
  ['an empty file', () => Buffer.alloc(0)],
  ['something else', () => Buffer.from('not\na\nsnapshot')],
])('%s is noticed, reported and generated again', async (_, damage) => {
  const path = join(folder, `${key('a')}.snapshot`);
  await openSnapshots().obtain(
    [key('a')],
    request(async () => newSnapshot('one')),
  );
  await writeFile(path, damage(await readFile(path)));
  const second = await openSnapshots().obtain(
    [key('a')],
    request(async () => newSnapshot('two')),
  );
  expect([second.storedKey, second.snapshot.archive.toString()]).toEqual([undefined, 'two']);
  expect(events).toEqual([{ code: 'SNAPSHOT_DAMAGED', message: expect.stringContaining(key('a')) }]);
  expect((await openSnapshots().obtain([key('a')], request(never))).storedKey).toBe(key('a'));
});

test('a waiting caller reports an event, and stops waiting when it is cancelled', async () => {
  await mkdir(folder);
  const lock = await lockFile(join(folder, `${key('a')}.lock`));
  const cancel = new AbortController();
  const waiting = openSnapshots().obtain([key('a')], {
    generateSnapshot: never,
    signal: cancel.signal,
    onEvent: (event) => {
      events.push(event);
      cancel.abort(new Error('cancelled'));
    },
  });
  await expect(waiting).rejects.toThrow('cancelled');
  expect(events.map(({ code }) => code)).toEqual(['GENERATION_AWAITED']);
  lock.release();
  expect(
    (
      await openSnapshots().obtain(
        [key('a')],
        request(async () => newSnapshot('one')),
      )
    ).storedKey,
  ).toBeUndefined();
});

test('removes the least recently used snapshots above the limit', async () => {
  const size = async () => {
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    return files.reduce((sum, { length }) => sum + length, 0);
  };
  const text = 'x'.repeat(1_000);
  const store = openSnapshots(3_000);
  for (const [age, digit] of ['c', 'b', 'a'].entries()) {
    await store.obtain(
      [key(digit)],
      request(async () => newSnapshot(text, key(digit))),
    );
    const at = new Date(Date.now() - 60_000 * (3 - age));
    if (age < 2) await utimes(join(folder, `${key(digit)}.snapshot`), at, at);
    // Used again: `c` is not the oldest any more.
    if (digit === 'b') await store.obtain([key('c')], request(never));
  }
  expect(await readdir(folder)).toEqual([`${key('a')}.snapshot`, `${key('c')}.snapshot`]);
  expect(await size()).toBeLessThan(3_000);
});

test('ignores a file that a process left half-written, and removes it after an hour', async () => {
  await mkdir(folder);
  const draft = join(folder, `${key('a')}.snapshot.0123456789ab`);
  await writeFile(draft, 'half');
  const old = new Date(Date.now() - 2 * 3_600_000);
  await utimes(draft, old, old);
  expect(
    (
      await openSnapshots().obtain(
        [key('a')],
        request(async () => newSnapshot('one')),
      )
    ).storedKey,
  ).toBeUndefined();
  expect(await readdir(folder)).toEqual([`${key('a')}.snapshot`]);
});

test('a run continues when its snapshot cannot be stored', async () => {
  const store = openSnapshots();
  const { storedKey, snapshot } = await store.obtain(
    [key('a')],
    request(async () => {
      await rm(folder, { recursive: true });
      return newSnapshot('one');
    }),
  );
  expect([storedKey, snapshot.archive.toString()]).toEqual([undefined, 'one']);
});

test('stores a snapshot under the key that it depends on, and finds it under any of the keys', async () => {
  // The digest of the closure comes first, and was not sufficient.
  const keys: [string, string] = [key('a'), key('b')];
  await openSnapshots().obtain(
    keys,
    request(async () => newSnapshot('of the whole tree', key('b'))),
  );
  expect((await openSnapshots().obtain(keys, request(never))).storedKey).toBe(key('b'));
  const other = await openSnapshots().obtain(
    [key('a'), key('c')],
    request(async () => newSnapshot('of another commit')),
  );
  expect(other.storedKey).toBeUndefined();
});
