import { expect, it } from 'vitest';
import { mapInTurns } from './map-in-turns.ts';

it('returns the results in the order of the items', async () => {
  expect(await mapInTurns([3, 1, 2], (number) => number * 2)).toEqual([6, 2, 4]);
});

it('lets the event loop turn while it works for long', async () => {
  let turns = 0;
  let isDone = false;
  const turn = () => {
    turns += 1;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await mapInTurns(Array.from({ length: 10 }), () => {
    const until = performance.now() + 11;
    while (performance.now() < until);
  });
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(9);
});
