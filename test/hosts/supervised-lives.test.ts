import { expect, it } from 'vitest';
import { overlaps } from '../faults/judge.ts';
import { parseJournal } from './supervised-lives.ts';

it('the journals of supervisors on two hosts show when processes of two runs existed at the same time', () => {
  const one = parseJournal(
    'start run-1-4 100.50 \nstop run-1-4 103.00 time-over\nend run-1-4 103.10 137\n',
    7,
  );
  expect(one).toMatchObject([{ environmentId: 7, runId: 1, fence: 4, from: 100_500, to: 103_100 }]);
  const after = parseJournal(
    'refused run-1-4 104.00 time-over\nstart run-1-5 103.20 \nend run-1-5 105.00 0\n',
    7,
  );
  const within = parseJournal('start run-1-5 103.00 \nend run-1-5 105.00 0\n', 7);
  expect(overlaps([...one, ...after])).toEqual([]);
  expect(overlaps([...one, ...within])).toMatchObject([{ kind: 'overlap' }]);
});
