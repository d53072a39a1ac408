import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ago } from './output/format.ts';
import { parseSince } from './since.ts';

const now = new Date('2026-11-29T12:00:00Z');
const hour = 3_600_000;

describe('a time that a filter names', () => {
  it.each([
    ['2h', 2 * hour],
    ['90 min', 1.5 * hour],
    ['2h10m', 2 * hour + 10 * 60_000],
    ['3d', 72 * hour],
    ['1w', 168 * hour],
    // All of its last minute.
    ['2 h 10 min ago', 2 * hour + 11 * 60_000],
  ])('%s is so long ago', (text, ms) => {
    expect(now.getTime() - parseSince(text, now).getTime()).toBe(ms);
  });

  it('may be a date with or without a time, in the zone of the process unless it names one', () => {
    expect(parseSince('2026-11-20', now)).toEqual(new Date(2026, 10, 20));
    expect(parseSince('2026-11-20 13:04', now)).toEqual(new Date(2026, 10, 20, 13, 4));
    expect(parseSince('2026-11-20T13:04:05Z', now)).toEqual(new Date('2026-11-20T13:04:05Z'));
  });

  it.each(['', 'yesterday', '2', 'h', '2026-13-40', '2026-11-20 25:00', '-2h', `${'1s'.repeat(10_000)}x`])(
    'refuses %j',
    (text) => {
      expect(() => parseSince(text, now)).toThrow('It must be a time such as 2h');
    },
  );

  it('may be what a list prints in the column of times', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 * 24 * 3_600 }), (seconds) => {
        const printed = ago(new Date(now.getTime() - seconds * 1_000).toISOString(), now);
        const read = parseSince(printed, now).getTime();
        const queuedAt = now.getTime() - seconds * 1_000;
        // The second unit is the last that is printed; the run itself is among those that the filter keeps.
        return read <= queuedAt && queuedAt - read <= 25 * hour;
      }),
    );
  });
});
