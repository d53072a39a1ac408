import type { Operation } from '../../operations/core/operation.ts';

/** Most answers about tests take less than a second. */
const noticeMs = 5_000;

/** Executes an operation, and says what a user waits for when it has to read the tests of a new image or module. */
export async function withSlowNotice<T>(
  operation: Pick<Operation, 'readsTests'>,
  notify: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (!operation.readsTests) return work();
  const timer = setTimeout(
    () =>
      notify(
        'Waiting: matre is reading the tests of the image and the test modules. For a new image this can take minutes; it is done once.',
      ),
    noticeMs,
  );
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
