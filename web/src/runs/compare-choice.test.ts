import { expect, it } from 'vitest';
import { toggleCompared } from './compare-choice.tsx';

it('chooses two runs at most, the last ones, and none twice', () => {
  expect(toggleCompared([], 7)).toEqual([7]);
  expect(toggleCompared([7], 5)).toEqual([7, 5]);
  expect(toggleCompared([7, 5], 9)).toEqual([5, 9]);
  expect(toggleCompared([7, 5], 7)).toEqual([5]);
});
