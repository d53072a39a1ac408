import { expect, it } from 'vitest';
import { onEachTurn } from '../../test/support/turns.ts';
import { mapInTurns } from './map-in-turns.ts';

it('returns the results in the order of the items', async () => {
  expect(await mapInTurns([3, 1, 2], (number) => number * 2)).toEqual([6, 2, 4]);
});

it('lets the event loop turn while it works for long', async () => {
  let turns = 0;
  const stop = onEachTurn(() => {
    turns += 1;
  });
  await mapInTurns(Array.from({ length: 10 }), () => {
    const until = performance.now() + 11;
    while (performance.now() < until);
  });
  stop();
  expect(turns).toBeGreaterThanOrEqual(9);
});
