import { readingTestsNotice, readingTestsNoticeMs } from '#src/model/reading-tests.ts';
import { useSlow } from './use-slow.ts';

/** What a request waits for that needs the tests, when it takes longer than usual. */
export function ReadingTests({ isUnderWay }: { isUnderWay: boolean }) {
  const isSlow = useSlow(isUnderWay, readingTestsNoticeMs);
  return <span role="status">{isSlow && readingTestsNotice}</span>;
}
