import { useEffect, useMemo, useRef, useState } from 'react';
import { useQueryState } from '../ui/query-state.ts';
import type { LogFeed } from './model/log-feed.ts';
import { containing, neighbour } from './model/log-search.ts';
import { readOwnLine } from './model/own-line.ts';
import { useLogSearch } from './use-log.ts';

/** The search covers the visible text only. */
const visibleTextOf = (log: LogFeed['log']) => (line: number) => readOwnLine(log.text(line)).text;

interface Options {
  /** The line in the address, which a search in the address does not leave. */
  line: number | undefined;
  /** Scrolls to a line. */
  show: (line: number) => void;
  /** Scrolls to a line, and puts it into the address. */
  select: (line: number) => void;
}

/** The search text of a log, which is in the address, its matches, and the current one. */
export function useMatches(feed: LogFeed | undefined, { line, show, select }: Options) {
  const [query, setQuery] = useQueryState('find');
  const [match, setMatch] = useState<number>();
  const matches = useMemo(() => (query === '' ? undefined : containing(query)), [query]);
  const { lines, done } = useLogSearch(feed, visibleTextOf, matches);

  const goToMatch = (direction: 1 | -1) => {
    const index = neighbour(lines, match, direction);
    const target = index === undefined ? undefined : lines[index];
    if (target === undefined) return;
    setMatch(target);
    select(target);
  };

  // Typing scrolls to the first match. A search that was in the address from the start stays at the line of the address.
  const keptLine = useRef(query === '' ? undefined : line);
  const firstMatch = lines[0];
  const start =
    keptLine.current === undefined ? firstMatch : lines.find((each) => each >= (keptLine.current ?? 0));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text or a new first match scrolls the log
  useEffect(() => {
    setMatch(start);
    if (start !== undefined && keptLine.current === undefined) show(start);
  }, [query, start]);

  const index = match === undefined ? -1 : lines.indexOf(match);
  return {
    query,
    setQuery: (next: string) => {
      keptLine.current = undefined;
      setQuery(next);
    },
    /** The line of the current match. */
    match,
    goToMatch,
    matches: { count: lines.length, at: index === -1 ? undefined : index + 1, done },
  };
}
