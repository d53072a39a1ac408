import type { LogModel } from './log-model.ts';

/**
 * The line where a test starts in the log of its run: where Codeception names it (`Signature: ...Cest:Test`), else the line with
 * its result from matre. The last such line, because later attempts follow; `undefined` when the test is not in the log.
 */
export function lineOfTest(test: string, log: Pick<LogModel, 'first' | 'last' | 'text'>): number | undefined {
  const signature = new RegExp(`^Signature: .*\\b${escapeRegExp(test)}Cest:`);
  const resultText = `] ${test}: `;
  let end: number | undefined;
  for (let line = log.last; line >= log.first; line -= 1) {
    const text = log.text(line);
    if (!text.includes(test)) continue;
    if (signature.test(text)) return firstLineOf(line, test, log);
    if (end === undefined && text.startsWith('[matre ') && text.includes(resultText)) end = line;
  }
  return end;
}

/** Codeception names a test in several consecutive lines; this is the first of them. */
function firstLineOf(line: number, test: string, log: Pick<LogModel, 'first' | 'text'>): number {
  let first = line;
  for (let back = line - 1; back >= Math.max(log.first, line - 4); back -= 1) {
    if (log.text(back).includes(`${test}Cest`)) first = back;
  }
  return first;
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
