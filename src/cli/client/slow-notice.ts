import { readingTestsNotice, readingTestsNoticeMs } from '../../model/reading-tests.ts';
import type { Operation } from '../../operations/core/operation.ts';

/** Executes an operation, and says what a user waits for when it has to read the tests of a new image or module. */
export async function withSlowNotice<T>(
  operation: Pick<Operation, 'readsTests'>,
  notify: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (!operation.readsTests) return work();
  const timer = setTimeout(() => notify(`Waiting: ${readingTestsNotice}`), readingTestsNoticeMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
