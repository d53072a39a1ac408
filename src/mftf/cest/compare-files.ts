import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { CestDifference } from '../../model/cest-check.ts';
import { shorten, visible } from '../../model/visible-text.ts';

type Files = ReadonlyMap<string, string>;

/** Characters of a line of a Cest that are shown, and how many of them before the first that differs. */
const maxLine = 300;
const charactersBefore = 100;

/** The first difference of files that matre wrote from those that MFTF generated; `undefined` when there is none. */
export function compareFiles(own: Files, generated: Files): CestDifference | undefined {
  for (const [file, actual] of own) {
    const expected = generated.get(file);
    if (expected === undefined) return { file, line: 0, expected: 'no such file', actual: 'one' };
    if (expected === actual) continue;
    // MFTF writes it with other blanks and quotes than the image.
    if (file.endsWith('/codeception.yml') && isDeepStrictEqual(parse(expected), parse(actual))) continue;
    return { file, ...firstDifference(expected.split('\n'), actual.split('\n')) };
  }
  return undefined;
}

function firstDifference(expected: readonly string[], actual: readonly string[]) {
  const length = Math.max(expected.length, actual.length);
  let index = 0;
  while (index < length && expected[index] === actual[index]) index += 1;
  const [one, other] = [expected[index] ?? '(end)', actual[index] ?? '(end)'].map((line) => line.trim());
  return { line: index + 1, ...showBoth(one ?? '', other ?? '') };
}

function showBoth(expected: string, actual: string): { expected: string; actual: string } {
  let column = 0;
  while (column < expected.length && expected[column] === actual[column]) column += 1;
  const from = Math.max(0, column - charactersBefore);
  const show = (line: string) => `${from > 0 ? '…' : ''}${shorten(visible(line.slice(from)), maxLine)}`;
  return { expected: show(expected), actual: show(actual) };
}
