import { describe, expect, it } from 'vitest';
import { patternOf } from './pattern.ts';
import type { History } from './queries.ts';

const statuses = { '.': 'passed', x: 'failed', '!': 'broken', '-': 'skipped' } as const;

/** Rows as text (`..x` passed, passed, failed; a blank: it did not run), commits as one letter for each column. */
function history(rows: Record<string, string>, commits: string, flakiness: number | null = 0): History {
  const figures = { results: 0, passRate: null, p50Ms: null, p95Ms: null };
  return {
    test: 'A',
    suite: null,
    suites: [null],
    ...figures,
    flakiness,
    columns: [...commits].map((id) => ({
      commit: { id, subject: `Commit ${id}` },
      at: '2026-11-22T10:00:00.000Z',
      p50Ms: null,
      p95Ms: null,
    })),
    rows: Object.entries(rows).map(([environment, line]) => ({
      environment,
      ...figures,
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

describe('what a grid says', () => {
  it('passes', () => {
    expect(patternOf(history({ us: '...', es: 'x..' }, 'aab'))).toMatchObject({ kind: 'passes' });
    expect(patternOf(history({ us: '--' }, 'aa'))).toMatchObject({ kind: 'unknown' });
    expect(patternOf(history({}, ''))).toMatchObject({ kind: 'unknown' });
  });

  it('is a shop that differs from the others', () => {
    expect(patternOf(history({ us: '...', es: '.xx' }, 'aab'))).toEqual({
      kind: 'shop',
      environments: ['es'],
    });
  });

  it('is a commit from which on it fails everywhere', () => {
    expect(patternOf(history({ us: '..x', es: '.. x' }, 'aabb'))).toEqual({
      kind: 'commit',
      environments: ['us', 'es'],
      commit: { id: 'b', subject: 'Commit b' },
      since: '2026-11-22T12:00:00.000Z',
    });
  });

  it('is no commit when the same one passed before, or it began at different ones', () => {
    expect(patternOf(history({ us: '..x', es: '..x' }, 'abb'))).toMatchObject({
      kind: 'everywhere',
      since: '2026-11-22T12:00:00.000Z',
    });
    expect(patternOf(history({ us: '.xx', es: '..x' }, 'abc')).kind).toBe('everywhere');
    expect(patternOf(history({ us: 'xx', es: 'xx' }, 'ab'))).toEqual({
      kind: 'everywhere',
      environments: ['us', 'es'],
    });
  });

  it('is flaky before anything else, with enough answers', () => {
    expect(patternOf(history({ us: '.x.x' }, 'aaaa', 1))).toEqual({ kind: 'flaky', environments: ['us'] });
    expect(patternOf(history({ us: '.x' }, 'aa', 1)).kind).toBe('everywhere');
  });

  it('is no answer where the last result was broken', () => {
    expect(patternOf(history({ us: '..!', es: '...' }, 'aaa'))).toEqual({
      kind: 'broken',
      environments: ['us'],
    });
  });
});
