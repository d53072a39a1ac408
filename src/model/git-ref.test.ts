import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCommitPrefix, isGitRef } from './git-ref.ts';

it('accepts as names of refs what git accepts as names of branches', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    '7',
    '-',
    '.',
    '/',
    '@',
    '{',
    '~',
    '^',
    ':',
    ' ',
    '\\',
    '*',
    '[',
    'ü',
    '.lock',
    '..',
  );
  const names = fc.sample(
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('')),
    { numRuns: 150, seed: 36 },
  );
  for (const name of new Set(names)) {
    const { status } = spawnSync('git', ['check-ref-format', `refs/heads/${name}`]);
    // git allows a branch @, which `git checkout` cannot name.
    expect([name, isGitRef(name)]).toEqual([name, status === 0 && name !== '@']);
  }
});

it('limits the length, so that no input takes long', () => {
  expect(isGitRef('a'.repeat(255))).toBe(true);
  expect(isGitRef('a'.repeat(256))).toBe(false);
});

it.each([
  ['c0ffee1', true],
  ['C0FFEE1', true],
  ['c0ffee', false],
  ['c0ffeeg', false],
  ['c'.repeat(65), false],
])('%s may be the beginning of the id of a commit: %s', (text, expected) => {
  expect(isCommitPrefix(text)).toBe(expected);
});
