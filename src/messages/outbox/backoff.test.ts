import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, channelPauseMs } from './backoff.ts';

it('doubles the longest pause up to a quarter of an hour', () => {
  const pauses = [1, 2, 3, 4, 9, 1_000].map((attempts) => backoffMs({ attempts, permanent: false }, 1));
  expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 900_000, 900_000]);
});

it('leaves a channel that does not work alone for up to half a minute', () => {
  expect([1, 2, 3, 6, 1_000].map((failures) => channelPauseMs(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 30_000, 30_000,
  ]);
  expect(channelPauseMs(1, 0)).toBe(500);
});

it('tries again slowly what a channel refuses', () => {
  expect(backoffMs({ attempts: 1, permanent: true }, 0)).toBe(1_200_000);
  expect(backoffMs({ attempts: 9, permanent: true }, 1)).toBe(2_400_000);
});

it('never returns before the time that the channel asked for, and never after a day', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 3_600_000 }), { nil: undefined }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempts, permanent, retryAfterMs, random) => {
        const ms = backoffMs({ attempts, permanent, retryAfterMs }, random);
        expect(ms).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
        expect(ms).toBeLessThan(86_400_000);
      },
    ),
  );
});
