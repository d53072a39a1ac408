import { expect, it } from 'vitest';
import { barHeights } from './bar-heights.ts';

it('scales bars by the duration of the runs', () => {
  expect(barHeights([100, 50, undefined, 1])).toEqual([36, 18, 3, 3]);
  expect(barHeights([0, undefined])).toEqual([3, 3]);
  expect(barHeights([])).toEqual([]);
});
