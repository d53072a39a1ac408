import type { RunView } from '#src/operations/core/views.ts';

/**
 * What a retry of the tests that did not succeed runs: `Retry 3 failed`, `Retry 19 tests (3 failed, 16 without a result)`.
 * Undefined when there are none.
 */
export function retryText({
  planned,
  passed,
  failed,
  broken,
  skipped,
}: RunView['counts']): string | undefined {
  const withoutResult = planned - passed - failed - broken - skipped;
  const unsuccessful = failed + broken + withoutResult;
  if (unsuccessful === 0) return undefined;
  const parts = [
    { count: failed, word: 'failed' },
    { count: broken, word: 'broken' },
    { count: withoutResult, word: 'without a result' },
  ].flatMap(({ count, word }) => (count > 0 ? [`${count.toLocaleString()} ${word}`] : []));
  if (parts.length === 1) return `Retry ${parts[0]}`;
  return `Retry ${unsuccessful.toLocaleString()} tests (${parts.join(', ')})`;
}
