import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The milliseconds after which each of these pieces of work may be followed by the next one. */
async function timesOf(sizes: number[]): Promise<number[]> {
  const pace = createPace(1_000);
  const startedMs = performance.now();
  const times: number[] = [];
  const work = async () => {
    for (const size of sizes) {
      await pace(size);
      times.push(performance.now() - startedMs);
    }
  };
  const done = work();
  await vi.runAllTimersAsync();
  await done;
  return times;
}

it('lets small pieces pass, and spreads large ones over time', async () => {
  expect(await timesOf([10])).toEqual([0]);
  expect(await timesOf([500, 500])).toEqual([500, 1_000]);
});

it('is shared by all callers', async () => {
  const pace = createPace(1_000);
  const order: string[] = [];
  const first = pace(1_000).then(() => order.push(`first ${performance.now() - startedMs}`));
  const startedMs = performance.now();
  const second = pace(1_000).then(() => order.push(`second ${performance.now() - startedMs}`));
  await vi.runAllTimersAsync();
  await Promise.all([first, second]);
  expect(order).toEqual(['first 1000', 'second 2000']);
});

it('does not save up the time without work', async () => {
  const pace = createPace(1_000);
  await pace(10);
  await vi.advanceTimersByTimeAsync(60_000);
  let passed = false;
  const next = pace(1_000).then(() => {
    passed = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(passed).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await next;
  expect(passed).toBe(true);
});
