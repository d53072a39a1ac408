import { useState } from 'react';
import type { LogFeed } from './model/log-feed.ts';
import { failureIn, lineOfFailure } from './model/log-place.ts';
import { neighbour } from './model/log-search.ts';
import { useLogSearch } from './use-log.ts';

const textOf = (log: LogFeed['log']) => log.text;
const isFailure = (text: string) => failureIn(text) !== undefined;

/** The failures in a log, one for each result that did not pass, and the current one. `select` goes to a line. */
export function useFailures(feed: LogFeed | undefined, select: (line: number) => void) {
  /** The line with the result of the current failure. */
  const [current, setCurrent] = useState<number>();
  const { lines, done } = useLogSearch(feed, textOf, isFailure);

  const goToFailure = (direction: 1 | -1) => {
    const index = neighbour(lines, current, direction);
    const result = index === undefined ? undefined : lines[index];
    if (result === undefined || !feed) return;
    setCurrent(result);
    const test = failureIn(feed.log.text(result)) ?? '';
    select(lineOfFailure(test, undefined, feed.log, result) ?? result);
  };
  const index = current === undefined ? -1 : lines.indexOf(current);
  return { failures: { count: lines.length, at: index === -1 ? undefined : index + 1, done }, goToFailure };
}
