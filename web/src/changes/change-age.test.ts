import { expect, it } from 'vitest';
import { changeAge } from './change-age.ts';

it.each([
  [0, false, 'in the commit of this run'],
  [0, true, 'in the commit of this run or before it'],
  [1, false, '1 commit ago'],
  [3, true, 'at least 3 commits ago'],
])('a change %i commits before, at the end of the history: %s', (commitsAgo, boundary, text) => {
  expect(changeAge({ commitsAgo, boundary })).toBe(text);
});
