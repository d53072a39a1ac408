import { useEffect, useState } from 'react';
import type { LogFeed } from './model/log-feed.ts';
import { neighbour } from './model/log-search.ts';
import { useLogSearch } from './use-log.ts';

/** The search text of a log, its matches, and the current one, which `show` scrolls to. */
export function useMatches(feed: LogFeed | undefined, show: (line: number) => void) {
  const [query, setQuery] = useState('');
  const [match, setMatch] = useState<number>();
  const { lines, done } = useLogSearch(feed, query);

  const goToMatch = (direction: 1 | -1) => {
    const index = neighbour(lines, match, direction);
    const target = index === undefined ? undefined : lines[index];
    if (target === undefined) return;
    setMatch(target);
    show(target);
  };

  // Typing scrolls to the first match.
  const firstMatch = lines[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text or a new first match scrolls the log
  useEffect(() => {
    setMatch(firstMatch);
    if (firstMatch !== undefined) show(firstMatch);
  }, [query, firstMatch]);

  const index = match === undefined ? -1 : lines.indexOf(match);
  return {
    query,
    setQuery,
    /** The line of the current match. */
    match,
    goToMatch,
    matches: { count: lines.length, at: index === -1 ? undefined : index + 1, done },
  };
}
