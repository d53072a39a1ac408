import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyDiff } from './apply-diff.ts';
import { type FileDiff, parseDiff } from './parse-diff.ts';
import { PatchMisfit } from './patch-misfit.ts';

const path = 'vendor/codeception/codeception/src/A.php';
const header = `--- a/${path}\n+++ b/${path}\n`;
const one = (text: string): FileDiff => {
  const [diff] = parseDiff(text);
  if (!diff) throw new Error('The diff has no file.');
  return diff;
};
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');
const change = `${header}@@ -5,3 +5,3 @@\n line 4\n-line 5\n+five\n line 6\n`;

describe('applying a diff', () => {
  test('replaces lines where they are', () => {
    expect(applyDiff(numbered(10), one(change))).toBe(numbered(10).replace('line 5\n', 'five\n'));
  });

  test('finds lines that moved', () => {
    const moved = `new\nnew\n${numbered(10)}`;
    expect(applyDiff(moved, one(change))).toBe(moved.replace('line 5\n', 'five\n'));
  });

  test('says that nothing is needed when the lines are as the patch makes them', () => {
    expect(applyDiff(numbered(10).replace('line 5\n', 'five\n'), one(change))).toBeUndefined();
  });

  test.each([
    ['other context', numbered(10).replace('line 6', 'line six'), 'hunk 1 (@@ -5,3 +5,3 @@) does not fit'],
    ['no such file', undefined, 'there is no such file in the image'],
    ['an empty file', '', 'hunk 1 (@@ -5,3 +5,3 @@) does not fit'],
    ['lines that are too far away', 'new\n'.repeat(1_500) + numbered(10), 'does not fit'],
    ['Windows line ends', numbered(10).replaceAll('\n', '\r\n'), 'Windows line ends (CRLF)'],
  ])('refuses %s', (_, content, message) => {
    expect(() => applyDiff(content, one(change))).toThrow(message);
  });

  test('refuses a patch with Windows line ends for a file without', () => {
    expect(() => applyDiff(numbered(10), one(change.replaceAll('\n', '\r\n')))).toThrow(
      'Windows line ends (CRLF)',
    );
  });

  test('names the hunk that is applied already, when another one is not', () => {
    const two = one(`${change}@@ -20,3 +20,3 @@\n line 19\n-line 20\n+twenty\n line 21\n`);
    const half = numbered(30).replace('line 5\n', 'five\n');
    expect(() => applyDiff(half, two)).toThrow(
      'hunk 1 (@@ -5,3 +5,3 @@) is applied already, and other hunks are not',
    );
  });

  test('changes the end of a file with and without a line end', () => {
    const diff = one(`${header}@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n`);
    expect(applyDiff('a\nb', diff)).toBe('a\nc\n');
    expect(() => applyDiff('a\nb\n', diff)).toThrow('does not fit');
  });

  test('adds a file, once', () => {
    const diff = one(`--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,2 @@\n+<?php\n+// new\n`);
    expect(applyDiff(undefined, diff)).toBe('<?php\n// new\n');
    expect(applyDiff('<?php\n// new\n', diff)).toBeUndefined();
    expect(() => applyDiff('<?php\n', diff)).toThrow('the image has another one');
  });

  test('gives up on a large file of equal lines, instead of stopping the thread', () => {
    const lines = 100_000;
    const sought = ' x\n'.repeat(lines - 1);
    const diff = one(`${header}@@ -1,${lines} +1,${lines} @@\n${sought}-y\n+z\n`);
    expect(() => applyDiff('x\n'.repeat(4 * lines), diff)).toThrow('too many and too alike');
  });

  test('applies every diff of two texts, and knows its result', () => {
    const line = fc.integer({ min: 0, max: 1_000_000 }).map((number) => `${number}`);
    const step = fc.record({ kind: fc.constantFrom('keep', 'keep', 'keep', 'remove', 'add'), line });
    fc.assert(
      fc.property(fc.uniqueArray(step, { selector: (one) => one.line, maxLength: 60 }), (steps) => {
        const before = textOf(steps, 'add');
        const after = textOf(steps, 'remove');
        const diff = diffOf(steps);
        fc.pre(diff !== undefined && before !== '' && after !== '');
        expect(applyDiff(before, one(`${header}${diff}`))).toBe(after);
        expect(applyDiff(after, one(`${header}${diff}`))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('every text is a diff or a misfit, and every diff a content or a misfit', () => {
    const pieces = fc.constantFrom(
      '--- a/',
      '+++ b/',
      path,
      '@@ -1,2 +1,2 @@',
      '@@ -0,0 +1 @@',
      '\n',
      '+',
      '-',
      ' ',
      'a',
      '\\',
      '\r\n',
      '/dev/null',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.string(), (text, content) => {
        try {
          for (const diff of parseDiff(text.join(''))) applyDiff(content, diff);
        } catch (error) {
          expect(error).toBeInstanceOf(PatchMisfit);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

interface Step {
  kind: string;
  line: string;
}

const textOf = (steps: Step[], without: string) =>
  steps
    .filter(({ kind }) => kind !== without)
    .map(({ line }) => `${line}\n`)
    .join('');

/** The unified diff of steps, with three lines of context; `undefined` when nothing changes. */
function diffOf(steps: Step[]): string | undefined {
  const near = steps.map((_, index) =>
    steps.slice(Math.max(0, index - 3), index + 4).some(({ kind }) => kind !== 'keep'),
  );
  let [oldLine, newLine, text] = [1, 1, ''];
  let hunk: { oldStart: number; newStart: number; lines: Step[] } | undefined;
  const flush = () => {
    if (!hunk) return;
    const count = (without: string) => hunk?.lines.filter(({ kind }) => kind !== without).length;
    text += `@@ -${hunk.oldStart},${count('add')} +${hunk.newStart},${count('remove')} @@\n`;
    const signs: Record<string, string> = { keep: ' ', remove: '-', add: '+' };
    for (const { kind, line } of hunk.lines) text += `${signs[kind]}${line}\n`;
    hunk = undefined;
  };
  for (const [index, step] of steps.entries()) {
    if (near[index]) {
      hunk ??= { oldStart: oldLine, newStart: newLine, lines: [] };
      hunk.lines.push(step);
    } else flush();
    if (step.kind !== 'add') oldLine += 1;
    if (step.kind !== 'remove') newLine += 1;
  }
  flush();
  return text === '' ? undefined : text;
}
