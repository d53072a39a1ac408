import { useEffect, useState, useSyncExternalStore } from 'react';
import type { readLog } from '../../../src/operations/run-record.ts';
import { get } from '../api/request.ts';
import { createLogFeed, type LogFeed } from './log-feed.ts';
import { createLogSearch, type LogSearch } from './log-search.ts';
import { readOwn } from './own-line.ts';

/** A log grows without an event of its own: it is looked at again this often, while somebody looks at the page. */
const lookAgainMs = 500;

/** The log of a run, read while the calling component is there. Every change draws it anew. */
export function useLog(id: number): LogFeed | undefined {
  const [feed, setFeed] = useState<LogFeed>();
  useEffect(() => {
    const opened = createLogFeed({
      read: (from, signal) => get<typeof readLog>(`/api/runs/${id}/log`, { query: { from }, signal }),
      watch: (_from, changed) => {
        const timer = setInterval(() => document.hidden || changed(), lookAgainMs);
        return () => clearInterval(timer);
      },
    });
    setFeed(opened);
    return () => opened.stop();
  }, [id]);
  useSyncExternalStore(
    (changed) => feed?.listen(changed) ?? (() => {}),
    () => feed?.version() ?? 0,
  );
  return feed;
}

/** Of each frame, what searching may take. */
const stepMs = 8;

/** Searches the whole log, a bit in each frame, and what is written meanwhile. */
export function useLogSearch(
  feed: LogFeed | undefined,
  wanted: string,
): { lines: readonly number[]; done: boolean } {
  const [search, setSearch] = useState<LogSearch>();
  const [done, setDone] = useState(true);
  const [, draw] = useState(0);
  const version = feed?.version();

  useEffect(() => {
    setSearch(feed && wanted !== '' ? createLogSearch(feed.log, shownText(feed.log), wanted) : undefined);
  }, [feed, wanted]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version may have more to look at
  useEffect(() => {
    if (!search || !feed) return;
    let frame = 0;
    const go = () => {
      const finished = search.step(stepMs, feed.state === 'complete');
      setDone(finished);
      draw((count) => count + 1);
      if (!finished) frame = requestAnimationFrame(go);
    };
    go();
    return () => cancelAnimationFrame(frame);
  }, [search, feed, version]);

  return { lines: search?.lines ?? [], done: search === undefined || done };
}

/** What is searched is what is seen. */
const shownText = (log: LogFeed['log']) => (line: number) => readOwn(log.text(line)).text;
