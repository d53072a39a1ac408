import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBell } from './wake-signal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

it('wakes everybody who waits', async () => {
  const bell = createBell();
  const waiting = [1, 2, 3].map(() => bell.wait(bell.count(), 1000, never));
  bell.ring();
  await Promise.all(waiting);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not lose a ring between looking and waiting', async () => {
  const bell = createBell();
  const heard = bell.count();
  bell.ring();
  await bell.wait(heard, 1000, never);
});

it('wakes after the time, and when there is no reason to wait any more', async () => {
  const bell = createBell();
  const slow = bell.wait(bell.count(), 1000, never);
  await vi.advanceTimersByTimeAsync(1000);
  await slow;
  const stop = new AbortController();
  const stopped = bell.wait(bell.count(), 1000, stop.signal);
  stop.abort();
  await stopped;
  await bell.wait(bell.count(), 1000, stop.signal);
  expect(vi.getTimerCount()).toBe(0);
});
