import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { maxAnswerBytes, maxFaultMessageLength } from '../../src/model/limits.ts';
import { createThreads, type Threads } from '../../src/threads/threads.ts';
import { onEachTurn } from '../support/turns.ts';
import { answerOf, countCalls, fail, fillMemory, hang, spin } from './tasks.ts';

const options = { subject: 'the module', limitMs: 600_000 };

describe('worker threads', () => {
  let threads: Threads;
  beforeEach(() => {
    threads = createThreads({ count: 1, heapMegabytes: 64 });
  });
  afterEach(() => threads.close());

  it('let the event loop turn while a task computes', async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const stop = onEachTurn(() => Atomics.add(counter, 0, 1));
    // The task ends only when the loop has turned so often meanwhile.
    expect(await threads.run(spin, { counter, until: 1_000 }, options)).toBeGreaterThanOrEqual(1_000);
    stop();
  });

  it('pass on the fault of a task, and work on', async () => {
    await expect(threads.run(fail, { message: 'Test.xml:3: broken' }, options)).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message: 'Test.xml:3: broken',
    });
    await expect(threads.run(fail, { message: 'x'.repeat(1_000_000) }, options)).rejects.toMatchObject({
      message: `${'x'.repeat(maxFaultMessageLength - 1)}…`,
    });
    expect(await threads.run(countCalls, {}, options)).toBe(1);
    expect(await threads.run(countCalls, {}, options)).toBe(2);
  });

  it('end a task at its time limit, and start anew for the next one', async () => {
    await expect(threads.run(hang, {}, { ...options, limitMs: 10 })).rejects.toMatchObject({
      code: 'TREE_TIMEOUT',
      message: 'Reading the module took longer than 0.01 s.',
    });
    expect(await threads.run(countCalls, {}, options)).toBe(1);
  });

  it('do not count the time that a task waits for a thread', async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const busy = threads.run(spin, { counter, until: 1 }, options);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const waiting = threads.run(countCalls, {}, { ...options, limitMs: 1_000 });
    vi.advanceTimersByTime(60_000);
    Atomics.add(counter, 0, 1);
    expect(await busy).toBe(1);
    expect(await waiting).toBe(1);
  });

  it('end a task that needs too much memory, and start anew for the next one', async () => {
    await expect(threads.run(fillMemory, {}, options)).rejects.toMatchObject({
      code: 'TREE_TOO_LARGE',
      message: 'Reading the module needs more than 64 MiB of memory.',
    });
    expect(await threads.run(countCalls, {}, options)).toBe(1);
  });

  it('end a task when its signal aborts, with the reason of the signal', async () => {
    const stop = new AbortController();
    const running = threads.run(hang, {}, { ...options, signal: stop.signal });
    stop.abort(new Error('the run was cancelled'));
    await expect(running).rejects.toThrow('the run was cancelled');
    await expect(threads.run(countCalls, {}, { ...options, signal: stop.signal })).rejects.toThrow(
      'cancelled',
    );
  });

  it('refuse an answer that the event loop would be busy with', async () => {
    const overhead = serialize('x'.repeat(maxAnswerBytes)).length - maxAnswerBytes;
    const bytes = maxAnswerBytes - overhead;
    expect(await threads.run(answerOf, { bytes }, options)).toHaveLength(bytes);
    await expect(threads.run(answerOf, { bytes: bytes + 1 }, options)).rejects.toMatchObject({
      code: 'TREE_TOO_LARGE',
    });
  });
});
