import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { readLog } from '../../../src/operations/runs/run-record.ts';
import { get } from '../api/request.ts';
import { createLogFeed, type LogFeed, type LogSource } from './model/log-feed.ts';
import { createLogSearch, type LogSearch } from './model/log-search.ts';
import { readOwn } from './model/own-line.ts';

function sourceOf(id: number): LogSource {
  return {
    read: (from, signal) => get<typeof readLog>(`/api/runs/${id}/log`, { query: { from }, signal }),
    follow: (from, told) => {
      // Reconnects automatically with the id of the last event, which is the offset after it.
      const source = new EventSource(`/api/runs/${id}/log/stream?from=${from}`);
      source.addEventListener('message', ({ data, lastEventId }) =>
        told.text(`${data}\n`, Number(lastEventId)),
      );
      source.addEventListener('end', () => told.end());
      source.addEventListener('error', () => {
        if (source.readyState === EventSource.CLOSED) told.broke();
      });
      return () => source.close();
    },
  };
}

/** The log of a run, read while the calling component is mounted and the tab is visible. Every change renders it again. */
export function useLog(id: number): LogFeed | undefined {
  const [feed, setFeed] = useState<LogFeed>();
  useEffect(() => {
    const opened = createLogFeed(sourceOf(id));
    setFeed(opened);
    // Browsers allow six connections per server across all tabs, so hidden tabs release theirs.
    const look = () => (document.hidden ? opened.pause() : opened.resume());
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      opened.pause();
    };
  }, [id]);
  const listen = useCallback(
    (changed: () => void) => (feed ? listenCalmly(feed, changed) : () => {}),
    [feed],
  );
  useSyncExternalStore(listen, () => feed?.version() ?? 0);
  return feed;
}

/** The minimum time between two renders of a growing log. */
const pauseMs = 100;

/** Throttles changes: the first one immediately, later ones in batches. */
function listenCalmly(feed: LogFeed, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const tell = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (again) tell();
    }, pauseMs);
    again = false;
    changed();
  };
  const unlisten = feed.listen(() => {
    if (timer === undefined) tell();
    else again = true;
  });
  return () => {
    clearTimeout(timer);
    unlisten();
  };
}

/** The time that one search step may block the page. */
const stepMs = 8;

/** Searches the whole log in steps, including lines that arrive meanwhile. */
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version may have more lines to search
  useEffect(() => {
    if (!search || !feed) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let drawnAt = 0;
    const go = () => {
      const finished = search.step(stepMs, feed.state === 'complete');
      if (finished || performance.now() - drawnAt > pauseMs) {
        drawnAt = performance.now();
        setDone(finished);
        draw((count) => count + 1);
      }
      if (!finished) timer = setTimeout(go, 0);
    };
    go();
    return () => clearTimeout(timer);
  }, [search, feed, version]);

  return { lines: search?.lines ?? [], done: search === undefined || done };
}

/** The search covers the visible text only. */
const shownText = (log: LogFeed['log']) => (line: number) => readOwn(log.text(line)).text;
