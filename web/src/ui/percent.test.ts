import { expect, it } from 'vitest';
import { percent } from './percent.ts';

it('does not round to 0% or 100%', () => {
  expect([0, 0.001, 0.125, 0.999, 1].map(percent)).toEqual(['0%', '<1%', '13%', '>99%', '100%']);
});
