import { describe, expect, it } from 'vitest';
import type { History } from '../queries.ts';
import { patternsOf } from './pattern.ts';

const statuses = { '.': 'passed', x: 'failed', '!': 'broken', '-': 'skipped' } as const;

/** Rows as text (`..x`: passed, passed, failed; a space: not run), commits as one letter per column. */
function history(rows: Record<string, string>, commits: string, flakiness: number | null = 0): History {
  const statistics = { results: 0, passRate: null, p50Ms: null, p95Ms: null };
  return {
    test: 'A',
    suite: null,
    suites: [null],
    ...statistics,
    flakiness,
    columns: [...commits].map((id) => ({
      commit: { id, subject: `Commit ${id}` },
      at: '2026-11-22T10:00:00.000Z',
      p50Ms: null,
      p95Ms: null,
    })),
    rows: Object.entries(rows).map(([environment, line]) => ({
      environment,
      ...statistics,
      flakiness,
      cells: [...line].map((letter, column) =>
        letter === ' '
          ? null
          : {
              run: column,
              status: statuses[letter as keyof typeof statuses],
              durationMs: 1,
              message: null,
              at: `2026-11-22T1${column}:00:00.000Z`,
            },
      ),
    })),
  };
}

describe('the pattern of a history', () => {
  const first = (...args: Parameters<typeof history>) => patternsOf(history(...args))[0];

  it('is "passes" when the last outcomes passed', () => {
    expect(patternsOf(history({ us: '...', es: 'x..' }, 'aab'))).toEqual([
      { kind: 'passes', environments: ['us', 'es'] },
    ]);
    expect(first({ us: '--' }, 'aa')?.kind).toBe('unknown');
    expect(patternsOf(history({}, ''))).toEqual([{ kind: 'unknown', environments: [] }]);
  });

  it('is a shop when it fails on some environments only', () => {
    expect(first({ us: '...', es: '.xx' }, 'aab')).toEqual({ kind: 'shop', environments: ['es'] });
    expect(first({ us: '...', es: '..x' }, 'aab')).toEqual({ kind: 'shop', environments: ['es'] });
  });

  it('is a commit when most environments fail since it', () => {
    const commit = { id: 'b', subject: 'Commit b' };
    const since = '2026-11-22T12:00:00.000Z';
    expect(first({ us: '..x', es: '.. x' }, 'aabb')).toEqual({
      ...{ kind: 'commit', environments: ['us', 'es'], isEverywhere: true, commit, since },
    });
    expect(first({ us: '..x', es: '..x', fr: '...' }, 'aab')).toEqual({
      ...{ kind: 'commit', environments: ['us', 'es'], isEverywhere: false, commit, since },
    });
  });

  it('is no commit when that commit passed before, or failures start at different commits', () => {
    expect(first({ us: '..x', es: '..x' }, 'abb')).toMatchObject({
      kind: 'everywhere',
      since: '2026-11-22T12:00:00.000Z',
    });
    expect(first({ us: '.xx', es: '..x' }, 'abc')?.kind).toBe('everywhere');
    expect(first({ us: 'xx', es: 'xx' }, 'ab')).toEqual({
      kind: 'everywhere',
      environments: ['us', 'es'],
      isEverywhere: true,
    });
  });

  it('is flaky with enough outcomes, in addition to the pattern of the others', () => {
    expect(patternsOf(history({ us: '.x.x' }, 'aaaa', 1))).toEqual([{ kind: 'flaky', environments: ['us'] }]);
    expect(first({ us: '.x' }, 'aa', 1)?.kind).toBe('everywhere');
    const grid = history({ us: '.x.x', es: '....' }, 'aaaa', 1);
    const rows = grid.rows.map((row) => (row.environment === 'es' ? { ...row, flakiness: 0 } : row));
    expect(patternsOf({ ...grid, rows }).map(({ kind }) => kind)).toEqual(['passes', 'flaky']);
  });

  it('is broken when the last result is broken', () => {
    expect(first({ us: '..!', es: '...' }, 'aaa')).toEqual({ kind: 'broken', environments: ['us'] });
  });
});
