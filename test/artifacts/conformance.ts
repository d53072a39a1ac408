import { Readable, type Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Artifacts } from '../../src/artifacts/artifacts.ts';

export interface ArtifactsSubject {
  artifacts: Artifacts;
  newRun(): Promise<number>;
  close(): Promise<void>;
}

/** The behaviour of artifact stores, for every kind of store. */
export function artifactsConformance(open: () => Promise<ArtifactsSubject>): void {
  let subject: ArtifactsSubject;
  let artifacts: Artifacts;
  beforeAll(async () => {
    subject = await open();
    artifacts = subject.artifacts;
  });
  afterAll(() => subject.close());

  const newRun = () => subject.newRun();
  const deliver = (id: number) => artifacts.deliver(id, new AbortController().signal);
  const end = (stream: Writable) => finished(stream.end());
  const read = async (runId: number, path: string) => text((await artifacts.open(runId, path)).stream);
  const logOf = async (runId: number) => (await artifacts.readLog(runId, 0, 100_000)).toString();

  it('can be written from text, bytes and streams, read, listed and removed', async () => {
    const id = await newRun();
    expect(await artifacts.write(id, 'report.xml', '<x/>')).toEqual({ path: 'report.xml', size: 4 });
    await artifacts.write(id, 'tests/A/screenshot.png', Buffer.from([1, 2, 3]));
    await artifacts.write(id, 'tests/A/page.html', Readable.from(['<p>', Buffer.from('é')]));
    await artifacts.write(id, 'empty', '');
    await deliver(id);
    expect(await artifacts.list(id)).toEqual([
      { path: 'empty', size: 0 },
      { path: 'report.xml', size: 4 },
      { path: 'tests/A/page.html', size: 5 },
      { path: 'tests/A/screenshot.png', size: 3 },
    ]);
    expect(await read(id, 'report.xml')).toBe('<x/>');
    expect(await read(id, 'empty')).toBe('');
    const { stream, size } = await artifacts.open(id, 'tests/A/screenshot.png');
    expect([[...(await buffer(stream))], size]).toEqual([[1, 2, 3], 3]);
    expect(await artifacts.runs()).toContain(id);
    expect(await artifacts.remove(id)).toBe(true);
    expect(await artifacts.runs()).not.toContain(id);
    expect(await artifacts.list(id)).toEqual([]);
    expect(await artifacts.remove(id)).toBe(false);
  });

  it.each(['../2/run.log', '/etc/passwd', 'a/../../b', 'a//b', '.', '', 'a\0b', '..\\x', './a'])(
    'cannot leave the folder of their run: %j',
    async (path) => {
      const id = await newRun();
      await artifacts.write(id, 'there', 'x');
      await deliver(id);
      const outside = { code: 'PATH_OUTSIDE' };
      await expect(artifacts.write(id, path, 'x')).rejects.toMatchObject(outside);
      await expect(artifacts.open(id, path)).rejects.toMatchObject(outside);
      await expect(artifacts.log(id, path)).rejects.toMatchObject(outside);
    },
  );

  it('are not found when they do not exist or are folders', async () => {
    const id = await newRun();
    await artifacts.write(id, 'a/b', 'x');
    await deliver(id);
    for (const path of ['none', 'a', 'a/b/c']) {
      await expect(artifacts.open(id, path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(artifacts.open(await newRun(), 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are listed for each run, in the order of the runs', async () => {
    const ids = [await newRun(), await newRun(), await newRun()];
    for (const id of [...ids].reverse()) {
      for (const path of ['a', 'b/c']) await artifacts.write(id, path, 'x');
      await deliver(id);
    }
    expect((await artifacts.runs()).filter((id) => ids.includes(id))).toEqual(ids);
  });

  it('can grow over several attempts and be read from any offset', async () => {
    const id = await newRun();
    expect(await logOf(id)).toBe('');
    for (const attempt of ['first\n', 'second\n']) {
      const log = await artifacts.runLog(id);
      log.write(attempt);
      await end(log);
      await deliver(id);
    }
    expect(await artifacts.logSize(id)).toBe(13);
    expect(await logOf(id)).toBe('first\nsecond\n');
    expect((await artifacts.readLog(id, 6, 3)).toString()).toBe('sec');
    expect(await artifacts.readLog(id, 100, 10)).toHaveLength(0);
  });

  it('can be read while they are being written', async () => {
    const id = await newRun();
    const log = await artifacts.runLog(id);
    await new Promise((done) => log.write('line\n', done));
    await deliver(id);
    expect(await logOf(id)).toBe('line\n');
    await end(log);
  });
}
