import { expect, it } from 'vitest';
import { createAllowance } from './allowance.ts';

it('allows a burst, then as much as time brings, and refuses a sender that does not stop', () => {
  let now = 0;
  const allows = createAllowance({ burst: 100, perSecond: 10 }, () => now);
  expect([allows(60), allows(40), allows(1)]).toEqual([true, true, false]);
  now = 1_000;
  expect([allows(9), allows(1)]).toEqual([true, false]);
  now = 60_000;
  expect([allows(100), allows(1)]).toEqual([true, false]);
});
