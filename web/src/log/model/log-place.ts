import type { LogModel } from './log-model.ts';

type Lines = Pick<LogModel, 'first' | 'last' | 'text'>;

/**
 * The line where a test starts in the log of its run: where Codeception names it (`Signature: ...Cest:Test`), else the line with
 * its result from matre. The last such line up to `end`, because later attempts follow; `undefined` when the test is not in the log.
 */
export function lineOfTest(test: string, log: Lines, end: number = log.last): number | undefined {
  const signature = new RegExp(`^Signature: .*\\b${escapeRegExp(test)}Cest:`);
  const resultText = `] ${test}: `;
  let result: number | undefined;
  for (let line = end; line >= log.first; line -= 1) {
    const text = log.text(line);
    if (!text.includes(test)) continue;
    if (signature.test(text)) return firstLineOf(line, test, log);
    if (result === undefined && text.startsWith('[matre ') && text.includes(resultText)) result = line;
  }
  return result;
}

/** The test that failed or was broken, if the line is its result from matre. */
export function failureIn(text: string): string | undefined {
  return /^\[matre [^\]]{1,40}\] ([^\s:]{1,500}): (?:failed|broken) in \d/.exec(text)?.[1];
}

/**
 * The line of the step at which a test failed, else the one where the test starts. `step`: the name of that step in the result, which
 * begins with the key that the log has as well. Searches the last execution of the test up to `end`. Lines of tests in other
 * containers may stand in between, so the step is preferred to the last line before `FAIL` or `ERROR`.
 */
export function lineOfFailure(
  test: string,
  step: string | undefined,
  log: Lines,
  end: number = log.last,
): number | undefined {
  const start = lineOfTest(test, log, end);
  if (start === undefined) return undefined;
  const key = /^\s*(\[[\w-]{1,500}\]) /.exec(step ?? '')?.[1];
  const resultText = `] ${test}: `;
  let lastText: number | undefined;
  let lastStep: number | undefined;
  let beforeMark: number | undefined;
  for (let line = start + 1; line <= end; line += 1) {
    const text = log.text(line);
    const isResult = text.startsWith('[matre ') && text.includes(resultText);
    const isNextTest = beforeMark !== undefined && text.startsWith('Signature: ');
    if (isResult || isNextTest) break;
    if (/^\s*(?:FAIL|ERROR)\s*$/.test(text)) {
      beforeMark ??= lastText;
      if (key === undefined || lastStep !== undefined) break;
    } else if (text.trim() !== '') {
      lastText = line;
      if (key !== undefined && text.trimStart().startsWith(`${key} `)) lastStep = line;
    }
  }
  return lastStep ?? beforeMark ?? start;
}

/** Codeception names a test in several consecutive lines; this is the first of them. */
function firstLineOf(line: number, test: string, log: Pick<Lines, 'first' | 'text'>): number {
  let first = line;
  for (let back = line - 1; back >= Math.max(log.first, line - 4); back -= 1) {
    if (log.text(back).includes(`${test}Cest`)) first = back;
  }
  return first;
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
