import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Store } from '../../src/artifacts/s3/s3.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { startS3, type TestS3 } from '../support/s3.ts';
import { artifactsConformance } from './conformance.ts';
import { insertRun, openArtifactsHost } from './host.ts';

/** More than one object, and pieces of all kinds. */
const large = Buffer.alloc(9 * 1024 * 1024, 'a large file ');

let s3: TestS3;
let testDatabase: TestDatabase;
beforeAll(async () => {
  s3 = await startS3();
  testDatabase = await openTestDatabase('embedded');
});
afterAll(async () => {
  await testDatabase.close();
  await s3.close();
});
beforeEach(() => s3.fail(undefined));

const openHost = () => openArtifactsHost(testDatabase.database, undefined, createS3Store(s3.config));

describe('S3', () => {
  artifactsConformance(async () => {
    const host = await openHost();
    return {
      artifacts: host.artifacts,
      newRun: () => insertRun(testDatabase.database),
      close: () => host.close(),
    };
  });
});

describe('files in S3', () => {
  let host: Awaited<ReturnType<typeof openHost>>;
  let id: number;
  beforeAll(async () => {
    host = await openHost();
  });
  afterAll(() => host.close());
  beforeEach(async () => {
    s3.objects.clear();
    id = await insertRun(testDatabase.database);
  });

  const deliver = () => host.uploader.deliver(id, AbortSignal.abort());
  const read = async (path: string) => text((await host.artifacts.open(id, path)).stream);

  it('are objects of at most 8 MB, without small pieces, and are removed with their run', async () => {
    await host.artifacts.write(id, 'large.log', large);
    await host.artifacts.write(id, 'small.txt', 'small');
    await deliver();
    const [first, second] = [...s3.objects];
    expect(first?.[0]).toMatch(new RegExp(`^matre/runs/${id}-[0-9a-f-]{36}/[0-9a-f-]{36}$`));
    expect([first?.[1].length, second?.[1].length, s3.objects.size]).toEqual([
      8 * 1024 * 1024,
      1024 * 1024,
      2,
    ]);
    expect(await read('large.log')).toBe(large.toString());
    expect(await read('small.txt')).toBe('small');
    // What a process left that was killed while it uploaded, and files of another run.
    const prefix = first?.[0].replace(/[^/]+$/, '');
    for (const name of ['a', 'b', 'c']) s3.objects.set(`${prefix}${name}`, large);
    s3.objects.set('matre/runs/other', large);
    await host.artifacts.remove(id);
    expect([...s3.objects.keys()]).toEqual(['matre/runs/other']);
  });

  it.each([
    ['refused', 'S3_REFUSED', '403, AccessDenied, Access Denied'],
    ['busy', 'S3_UNREACHABLE', '503, SlowDown'],
    ['cut', 'S3_UNREACHABLE', 'did not answer'],
    ['silent', 'S3_UNREACHABLE', 'timed out after 0.2 s'],
  ] as const)(
    'are whole or missing while it is %s, and readable afterwards',
    async (fault, code, message) => {
      const objects = createS3Store(s3.config, { timeoutMs: 200, retryMs: 1 });
      const other = await openArtifactsHost(testDatabase.database, host.folder, objects);
      await host.artifacts.write(id, 'page.html', large.subarray(0, 100_000));
      if (fault !== 'cut') {
        s3.fail(fault);
        await other.uploader.deliver(id, AbortSignal.abort());
        expect(await host.artifacts.list(id)).toEqual([]);
        s3.fail(undefined);
      }
      await deliver();
      expect(s3.objects.size).toBe(1);
      s3.fail(fault);
      const { stream } = await other.artifacts.open(id, 'page.html');
      await expect(text(stream)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
      if (fault !== 'cut') await expect(other.artifacts.remove(id)).rejects.toMatchObject({ code });
      s3.fail(undefined);
      expect((await read('page.html')).length).toBe(100_000);
    },
  );

  it('are read although it is busy for a moment, and named when they are gone', async () => {
    await host.artifacts.write(id, 'page.html', large.subarray(0, 100_000));
    await deliver();
    s3.fail('busy', 1);
    expect((await read('page.html')).length).toBe(100_000);
    s3.objects.clear();
    await expect(read('page.html')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are removed page by page, and what is beyond the limit by the next removal', async () => {
    await host.artifacts.write(id, 'page.html', large.subarray(0, 100_000));
    await deliver();
    const prefix = [...s3.objects.keys()][0]?.replace(/[^/]+$/, '');
    for (let index = 0; index < 350; index += 1) s3.objects.set(`${prefix}${index}`, Buffer.alloc(1));
    await expect(host.artifacts.remove(id)).rejects.toMatchObject({ code: 'S3_UNREACHABLE' });
    expect(s3.objects.size).toBe(351 - 300);
    expect(await host.artifacts.list(id)).toHaveLength(1);
    await host.artifacts.remove(id);
    expect([s3.objects.size, await host.artifacts.list(id)]).toEqual([0, []]);
  });

  it('are removed without what another user of the bucket wrote in their place', async () => {
    await host.artifacts.write(id, 'page.html', large.subarray(0, 100_000));
    await deliver();
    const prefix = [...s3.objects.keys()][0]?.replace(/[^/]+$/, '');
    const foreign = [`${prefix}../../../precious`, `${prefix}./x`];
    for (const key of [...foreign, 'precious', `${prefix}x`]) s3.objects.set(key, Buffer.alloc(1));
    await host.artifacts.remove(id);
    expect([...s3.objects.keys()]).toEqual([...foreign, 'precious']);
    const store = createS3Store(s3.config);
    for (const key of ['../precious', 'runs/..', './x', '../../other-bucket/x']) {
      await expect(store.put(key, large)).rejects.toMatchObject({ code: 'S3_REFUSED' });
      await expect(store.remove([key])).rejects.toMatchObject({ code: 'S3_REFUSED' });
    }
    expect(s3.objects.size).toBe(3);
  });

  it('are not read from an answer of another size', async () => {
    const store = createS3Store(s3.config, { retryMs: 1 });
    await store.put('runs/a', Buffer.from('0123456789'));
    s3.fail('long');
    await expect(store.get('runs/a', 2, 3)).rejects.toMatchObject({ code: 'S3_UNREACHABLE' });
    s3.fail('whole');
    expect(String(await store.get('runs/a', 2, 3))).toBe('234');
    await expect(store.get('runs/a', 8, 3)).rejects.toMatchObject({ code: 'S3_UNREACHABLE' });
    s3.fail(undefined);
  });

  it('are refused with a wrong key or bucket', async () => {
    for (const wrong of [{ secretKey: 'wrong' }, { bucket: 'missing' }, { accessKey: 'unknown' }]) {
      const store = createS3Store({ ...s3.config, ...wrong });
      await expect(store.put('a b/ü+', large)).rejects.toMatchObject({ code: 'S3_REFUSED' });
    }
    const store = createS3Store(s3.config);
    await store.put('a b/ü+(1)', Buffer.from('x'));
    expect(await store.list('a b/')).toEqual({ keys: ['a b/ü+(1)'], next: undefined });
  });
});
