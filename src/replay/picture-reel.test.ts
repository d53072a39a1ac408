import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPictureReel } from './picture-reel.ts';

describe('the pictures of a recording', () => {
  it('are at least a quarter of a second apart, and show what the page came to', () => {
    const reel = createPictureReel(1_000);
    for (const [at, data] of [
      [0, 'a'],
      [100, 'b'],
      [200, 'c'],
      [260, 'd'],
      [2_000, 'd'],
      [3_000, 'e'],
    ] as const) {
      reel.add({ at, data });
    }
    expect(reel.pictures().map(({ at, data }) => [at, data])).toEqual([
      [200, 'c'],
      [260, 'd'],
      [3_000, 'e'],
    ]);
    expect(reel.leftOut()).toBe(0);
  });

  it('have no more bytes than allowed, in order, with the last one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 300 }), (lengths) => {
        const reel = createPictureReel(200);
        for (const [index, length] of lengths.entries()) {
          reel.add({ at: index * 1_000, data: String(index).padEnd(length, 'x') });
        }
        const kept = reel.pictures();
        const times = kept.map(({ at }) => at);
        expect(kept.reduce((sum, { data }) => sum + data.length, 0)).toBe(reel.bytes());
        expect(reel.bytes()).toBeLessThanOrEqual(200);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        expect(times.at(-1)).toBe((lengths.length - 1) * 1_000);
        expect(kept.length + reel.leftOut()).toBe(lengths.length);
      }),
    );
  });

  it('become fewer at the beginning rather than at the end', () => {
    const reel = createPictureReel(100);
    for (let second = 0; second < 60; second += 1)
      reel.add({ at: second * 1_000, data: String(second).padEnd(10) });
    const times = reel.pictures().map(({ at }) => at / 1_000);
    expect(times[0]).toBe(0);
    expect(times.slice(-4)).toEqual([56, 57, 58, 59]);
  });
});
