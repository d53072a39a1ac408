import { describe, expect, it } from 'vitest';
import { maxRetryAfterMs, parseRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-05-04T02:00:00Z');

describe('the time of Retry-After', () => {
  it.each([
    ['30', 30_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Mon, 04 May 2026 02:01:00 GMT', 60_000],
    ['Mon, 04 May 2026 01:00:00 GMT', 0],
    ['999999', maxRetryAfterMs],
    ['99999999999999999999', undefined],
    ['Mon, 04 May 2036 02:01:00 GMT', maxRetryAfterMs],
    ['', undefined],
    [undefined, undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['2026-05-04T02:01:00Z', undefined],
    ['Mon, 99 Foo 2026 02:01:00 GMT', undefined],
    ['1e3', undefined],
  ])('of %j is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});
