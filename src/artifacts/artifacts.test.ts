import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberedFolders } from '../../test/support/run-folders.ts';
import { canMount, mountSmallDisk } from '../../test/support/small-disk.ts';
import { type Artifacts, createArtifacts } from './artifacts.ts';

const limit = 1000;
let folder: string;
let artifacts: Artifacts;
let run = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matre-artifacts-'));
  artifacts = createArtifacts({ folders: numberedFolders(folder), logBytes: limit });
});
afterAll(() => rmSync(folder, { recursive: true }));

const newRun = () => ++run;
const end = (stream: Writable) => finished(stream.end());
const logOf = async (runId: number) => (await artifacts.readLog(runId, 0, 100_000)).toString();

describe('files', () => {
  it('replace existing ones', async () => {
    const id = newRun();
    for (const content of ['<x/>', '<yy/>']) await artifacts.write(id, 'report.xml', content);
    expect(await artifacts.list(id)).toEqual([{ path: 'report.xml', size: 5 }]);
    expect(await artifacts.remove(id)).toBe(true);
  });

  it('are invisible until they are complete, also when they never are', async () => {
    const id = newRun();
    const source = new Readable({ read() {} });
    const writing = artifacts.write(id, 'a.html', source);
    source.push('half');
    await expect(artifacts.open(id, 'a.html')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await artifacts.list(id)).toEqual([]);
    source.destroy(new Error('the container vanished'));
    await expect(writing).rejects.toThrow('the container vanished');
    expect(readdirSync(join(folder, 'runs', String(id)))).toEqual([]);
  });

  it.each([
    ['a name that is too long', 'x'.repeat(300)],
    ['a path that is too long', `${'x/'.repeat(3_000)}x`],
    ['a path below a file', 'there/below'],
  ])('do not exist under %s', async (_what, path) => {
    const id = newRun();
    await artifacts.write(id, 'there', 'x');
    await expect(artifacts.open(id, path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are not read through links', async () => {
    const id = newRun();
    await artifacts.write(id, 'a/there', 'x');
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(folder, 'runs', String(id), 'link'));
    symlinkSync(folder, join(folder, 'runs', String(id), 'up'));
    for (const path of ['link', 'up/secret']) {
      await expect(artifacts.open(id, path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    }
    expect(await artifacts.list(id)).toEqual([{ path: 'a/there', size: 1 }]);
  });

  it('are read up to the size that they had when they were opened', async () => {
    const id = newRun();
    const log = await artifacts.log(id, 'log.txt');
    const write = (line: string) => new Promise((done) => log.write(line, done));
    await write('first');
    const { stream, size } = await artifacts.open(id, 'log.txt');
    await write(', and more');
    expect([await text(stream), size]).toEqual(['first', 5]);
    await end(log);
  });

  it('leave no source open that could not be written', async () => {
    const source = Readable.from(['x']);
    await expect(artifacts.write(newRun(), '../a', source)).rejects.toMatchObject({ code: 'PATH_OUTSIDE' });
    expect(source.destroyed).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN, '../1' as unknown as number])(
    'belong to a run with a number, not %s',
    async (id) => {
      await expect(artifacts.write(id, 'a', 'x')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );
});

describe('logs', () => {
  it('are cut at the limit, with one line that reports it, also over attempts', async () => {
    const id = newRun();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const log = await artifacts.runLog(id);
      for (let line = 0; line < 10; line += 1) log.write(`${'x'.repeat(69)}\n`);
      await end(log);
    }
    const written = await logOf(id);
    const cut = `\n[matre] The log is cut here: it is larger than ${limit} bytes.\n`;
    expect(written.slice(limit)).toBe(cut);
    expect(written.split('[matre]')).toHaveLength(2);
  });

  it('keep exactly the limit without that line', async () => {
    const id = newRun();
    const log = await artifacts.runLog(id);
    log.write('x'.repeat(limit));
    await end(log);
    expect(await logOf(id)).toBe('x'.repeat(limit));
  });

  it('accept 50 MB of output from one test without buffering it', async () => {
    const id = newRun();
    const megabyte = Buffer.alloc(1024 * 1024, 'output ');
    const log = await artifacts.log(id, 'tests/A/test.log');
    let maxHeld = 0;
    const output = Readable.from(
      (function* () {
        for (let sent = 0; sent < 50; sent += 1) {
          maxHeld = Math.max(maxHeld, log.writableLength);
          yield megabyte;
        }
      })(),
    );
    await pipeline(output, log);
    expect(maxHeld).toBeLessThanOrEqual(2 * megabyte.length);
    const [written] = await artifacts.list(id);
    expect(written?.path).toBe('tests/A/test.log');
    expect(written?.size).toBeLessThan(limit + 100);
  });
});

describe.runIf(canMount)('a full disk', () => {
  let small: ReturnType<typeof mountSmallDisk>;
  beforeAll(() => {
    small = mountSmallDisk(64);
  });
  afterAll(() => small.unmount());

  it('is reported as DISK_FULL, and leaves no partial file', async () => {
    const full = createArtifacts({ folders: numberedFolders(small.folder), logBytes: 1_000_000 });
    await full.write(1, 'small', 'x');
    await expect(full.write(1, 'large', Buffer.alloc(100_000))).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await full.list(1)).toEqual([{ path: 'small', size: 1 }]);
    const log = await full.runLog(1);
    const failed = once(log, 'error');
    log.write(Buffer.alloc(100_000));
    expect((await failed)[0]).toMatchObject({ code: 'DISK_FULL' });
  });
});
