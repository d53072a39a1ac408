import { mkdtemp, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder, readFolderOwner } from '../../src/store/database/folder-lock.ts';
import { type Child, startChild } from '../support/child.ts';

describe('the lock of a data folder', () => {
  let folder: string;
  let children: Child[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-lock-'));
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await rm(folder, { recursive: true });
  });

  /** Starts a process that tries to acquire the lock. */
  function start(url = ''): Child {
    const child = startChild(new URL('./lock-process.ts', import.meta.url), [folder, url]);
    children.push(child);
    return child;
  }

  it('is held by one process; the others learn its owner and the address of its server', async () => {
    const first = start('http://127.0.0.1:8089');
    expect(await first.line()).toBe('mine');
    const refusal = await start().line();
    expect(refusal).toContain('DATA_FOLDER_IN_USE');
    expect(refusal).toContain(`process ${first.pid} on ${hostname()}`);
    expect(refusal).toContain('serves http://127.0.0.1:8089');
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  });

  it('is exclusive even within a process', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    await lock.release();
    await (await lockFolder(folder)).release();
  });

  it('can be acquired again after its release', async () => {
    const first = start();
    expect(await first.line()).toBe('mine');
    first.process.stdin?.end();
    expect(await first.exited).toBe(0);
    expect(await readFolderOwner(folder)).toBeUndefined();
    expect(await start().line()).toBe('mine');
  });

  it('is acquired by exactly one of many processes when its owner was killed', async () => {
    let owner = start();
    expect(await owner.line()).toBe('mine');
    for (let round = 0; round < 3; round++) {
      await owner.kill();
      expect(await readFolderOwner(folder)).toBeUndefined();
      const contenders = [start(), start(), start(), start()];
      const lines = await Promise.all(contenders.map((child) => child.line()));
      expect(lines.filter((answer) => answer === 'mine')).toHaveLength(1);
      expect(lines.filter((answer) => answer.startsWith('DATA_FOLDER_IN_USE'))).toHaveLength(3);
      owner = contenders[lines.indexOf('mine')] ?? owner;
      expect(await readFolderOwner(folder)).toMatchObject({ pid: owner.pid });
    }
  });

  it('is never taken from a process that is alive but does not answer', async () => {
    const owner = start();
    expect(await owner.line()).toBe('mine');
    owner.signal('SIGSTOP');
    expect(await start().line()).toContain('DATA_FOLDER_IN_USE');
    expect(await readFolderOwner(folder)).toMatchObject({ pid: owner.pid });
  });

  it('does not depend on its file: deleting the file does not free the folder', async () => {
    const owner = start();
    expect(await owner.line()).toBe('mine');
    await rm(join(folder, 'owner.json'));
    expect(await start().line()).toContain('DATA_FOLDER_IN_USE');
    await expect(readFolderOwner(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  });

  it('names its owner, even to many processes that ask during the acquisition', async () => {
    expect(await readFolderOwner(join(folder, 'none'))).toBeUndefined();
    const [lock, ...owners] = await Promise.all([
      lockFolder(folder),
      ...Array.from({ length: 5 }, () => readFolderOwner(folder)),
    ]);
    for (const owner of owners) expect(owner === undefined || owner.pid === process.pid).toBe(true);
    await lock.publish({ url: 'http://127.0.0.1:1', token: 'of the server' });
    expect(await readFolderOwner(folder)).toEqual({
      pid: process.pid,
      host: hostname(),
      since: expect.any(String),
      url: 'http://127.0.0.1:1',
      token: 'of the server',
    });
    expect((await stat(join(folder, 'owner.json'))).mode & 0o777).toBe(0o600);
    await lock.release();
  });
});
