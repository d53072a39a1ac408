import { useSlow } from './use-slow.ts';

/** Most answers about tests take less than a second. */
const noticeMs = 4_000;

/** What a request waits for that needs the tests, when it takes longer than usual. */
export function ReadingTests({ isUnderWay }: { isUnderWay: boolean }) {
  const isSlow = useSlow(isUnderWay, noticeMs);
  return (
    <span role="status">
      {isSlow &&
        'matre is reading the tests of the image and the test modules. For a new image this can take minutes; it is done once.'}
    </span>
  );
}
