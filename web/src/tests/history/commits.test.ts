import { expect, it } from 'vitest';
import { commitSpans, linePieces } from './commits.ts';

const column = (id: string | null, at: string) => ({
  commit: id === null ? null : { id, subject: '' },
  at,
  p50Ms: null,
  p95Ms: null,
});

it('groups consecutive columns by commit', () => {
  const spans = commitSpans([
    column('a', '1'),
    column('a', '2'),
    column('b', '3'),
    column(null, '4'),
    column('a', '5'),
  ]);
  expect(spans.map(({ commit, columns, at }) => [commit?.id, columns, at])).toEqual([
    ['a', 2, '1'],
    ['b', 1, '3'],
    [undefined, 1, '4'],
    ['a', 1, '5'],
  ]);
});

it('splits the line at gaps', () => {
  expect(linePieces([100, 50, null, 100], 10, 12)).toEqual(['5,1 15,6', '35,1']);
  expect(linePieces([null], 10, 12)).toEqual([]);
});
