import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWakeSignal } from './wake-signal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

it('wakes all waiters', async () => {
  const wakeSignal = createWakeSignal();
  const waiting = [1, 2, 3].map(() => wakeSignal.wait(wakeSignal.version(), 1000, never));
  wakeSignal.notify();
  await Promise.all(waiting);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not lose a notification between the check and the wait', async () => {
  const wakeSignal = createWakeSignal();
  const version = wakeSignal.version();
  wakeSignal.notify();
  await wakeSignal.wait(version, 1000, never);
});

it('wakes after the time, and when its signal aborts', async () => {
  const wakeSignal = createWakeSignal();
  const slow = wakeSignal.wait(wakeSignal.version(), 1000, never);
  await vi.advanceTimersByTimeAsync(1000);
  await slow;
  const stop = new AbortController();
  const stopped = wakeSignal.wait(wakeSignal.version(), 1000, stop.signal);
  stop.abort();
  await stopped;
  await wakeSignal.wait(wakeSignal.version(), 1000, stop.signal);
  expect(vi.getTimerCount()).toBe(0);
});
