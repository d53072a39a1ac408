import { expect, it } from 'vitest';
import { countOverlaps, intervalsOf } from './judge.ts';

it('parses processes from a journal', () => {
  const journal =
    'start run-1-1 10.00\nend run-1-1 12.50 0\nstart run-1-1 12.60\nstop run-1-1 13 asked\nend run-1-1 14 143\n';
  expect(intervalsOf(journal)).toEqual([
    { token: 'run-1-1', from: 10, to: 12.5 },
    { token: 'run-1-1', from: 12.6, to: 14 },
  ]);
});

it('counts overlapping processes of different runs, also of one that never ended', () => {
  const count = (journal: string) => countOverlaps(intervalsOf(journal));
  expect(count('start a 1\nend a 2 0\nstart b 2\nend b 3 0\n')).toBe(0);
  expect(count('start a 1\nstart b 1.5\nend a 2 0\nend b 3 0\n')).toBe(1);
  expect(count('start a 1\nstart b 5\nend b 6 0\nstart c 7\nend c 8 0\n')).toBe(2);
});
