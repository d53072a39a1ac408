import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { lockFile } from '../../files/file-lock.ts';
import { acquireGenerationLock } from './generation-lock.ts';

let folder: string;
let path: string;
const { signal } = new AbortController();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-generation-lock-'));
  path = join(folder, 'a.lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('does not wait forever for a holder without a heartbeat', async () => {
  const stopped = await lockFile(path);
  let waited = 0;
  const onWait = () => {
    waited += 1;
  };
  const generationLock = await acquireGenerationLock(path, { signal, onWait, silentMs: 1 });
  expect(waited).toBe(1);
  generationLock.release();
  stopped.release();
});

test('waits for a holder that is alive', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const first = await acquireGenerationLock(path, { signal, onWait: () => {} });
  let second = Promise.resolve(first);
  await new Promise<void>((resolve) => {
    second = acquireGenerationLock(path, { signal, silentMs: 8_000, onWait: resolve });
  });
  await vi.advanceTimersByTimeAsync(60_000);
  first.release();
  const generationLock = await second;
  // The second has acquired the lock, not given it up.
  expect(await lockFile(path, { wait: false })).toBeUndefined();
  generationLock.release();
});
