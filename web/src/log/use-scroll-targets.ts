import { useEffect, useRef, useState } from 'react';
import type { LogFeed } from './model/log-feed.ts';
import { lineOfFailure, lineOfTest } from './model/log-place.ts';

/** A test to scroll to; a new object for each request. */
export interface TestRequest {
  test: string;
  /** Whether to scroll to its failure instead of its start. */
  failed: boolean;
  /** The name of the step at which it failed. */
  step: string | undefined;
}

const isLoaded = (feed: LogFeed | undefined) => feed !== undefined && feed.state !== 'loading';

/** Scrolls to the line in the address once, when it is loaded, unless the log was opened elsewhere. */
export function useLineInAddress(
  feed: LogFeed | undefined,
  line: number | undefined,
  { isOpenedElsewhere, show }: { isOpenedElsewhere: boolean; show: (line: number) => void },
): void {
  const isLineLoaded = feed !== undefined && line !== undefined && (isLoaded(feed) || feed.log.last >= line);
  const hasScrolled = useRef(isOpenedElsewhere);
  // biome-ignore lint/correctness/useExhaustiveDependencies: later changes of the address come from the log itself
  useEffect(() => {
    if (!isLineLoaded || hasScrolled.current) return;
    hasScrolled.current = true;
    show(Math.min(line, feed.log.last));
  }, [isLineLoaded]);
}

/** Selects the failed step, or the first line, of a test for each request. Returns the name of the test when the log does not contain it. */
export function useTestInLog(
  feed: LogFeed | undefined,
  request: TestRequest | undefined,
  select: (line: number) => void,
): string | undefined {
  const [missing, setMissing] = useState<string>();
  const loaded = isLoaded(feed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each request, which is a new object
  useEffect(() => {
    if (!request || !feed || !loaded) return;
    const { test, failed, step } = request;
    const testLine = failed ? lineOfFailure(test, step, feed.log) : lineOfTest(test, feed.log);
    setMissing(testLine === undefined ? test : undefined);
    if (testLine !== undefined) select(testLine);
  }, [request, loaded]);
  return missing;
}
