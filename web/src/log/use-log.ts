import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { readLog } from '#src/operations/runs/run-record.ts';
import { get } from '../api/request.ts';
import { addressOf } from '../base-path.ts';
import { createLogFeed, type LogFeed, type LogSource } from './model/log-feed.ts';
import { createLogSearch, type LogSearch } from './model/log-search.ts';

function sourceOf(id: number): LogSource {
  return {
    read: (from, signal) => get<typeof readLog>(`/api/runs/${id}/log`, { query: { from }, signal }),
    follow: (from, listener) => {
      // Reconnects automatically with the id of the last event, which is the offset after it.
      const source = new EventSource(addressOf(`/api/runs/${id}/log/stream?from=${from}`));
      source.addEventListener('message', ({ data, lastEventId }) =>
        listener.text(`${data}\n`, Number(lastEventId)),
      );
      source.addEventListener('end', () => listener.end());
      source.addEventListener('error', () => {
        if (source.readyState === EventSource.CLOSED) listener.disconnected();
      });
      return () => source.close();
    },
  };
}

/** The log of a run, read while the calling component is mounted and the tab is visible. Every change renders it again. */
export function useLog(id: number): LogFeed | undefined {
  const [feed, setFeed] = useState<LogFeed>();
  useEffect(() => {
    const newFeed = createLogFeed(sourceOf(id));
    setFeed(newFeed);
    // Browsers allow six connections per server across all tabs, so hidden tabs release theirs.
    const onVisibilityChange = () => (document.hidden ? newFeed.pause() : newFeed.resume());
    document.addEventListener('visibilitychange', onVisibilityChange);
    return () => {
      document.removeEventListener('visibilitychange', onVisibilityChange);
      newFeed.pause();
    };
  }, [id]);
  const listen = useCallback(
    (changed: () => void) => (feed ? listenThrottled(feed, changed) : () => {}),
    [feed],
  );
  useSyncExternalStore(listen, () => feed?.version() ?? 0);
  return feed;
}

/** The minimum time between two renders of a growing log. */
const renderIntervalMs = 100;

/** Throttles changes: the first one immediately, later ones in batches. */
function listenThrottled(feed: LogFeed, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPending = false;
  const notify = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (isPending) notify();
    }, renderIntervalMs);
    isPending = false;
    changed();
  };
  const unlisten = feed.listen(() => {
    if (timer === undefined) notify();
    else isPending = true;
  });
  return () => {
    clearTimeout(timer);
    unlisten();
  };
}

/** The time that one search step may block the page. */
const stepMs = 8;

/**
 * Searches the whole log in steps, including lines that arrive meanwhile. A new `matches` starts a new search; without it there is
 * none. `textOf` is a constant function.
 */
export function useLogSearch(
  feed: LogFeed | undefined,
  textOf: (log: LogFeed['log']) => (line: number) => string,
  matches: ((text: string) => boolean) | undefined,
): { lines: readonly number[]; done: boolean } {
  const [search, setSearch] = useState<LogSearch>();
  const [done, setDone] = useState(true);
  const [, draw] = useState(0);
  const version = feed?.version();

  useEffect(() => {
    setSearch(feed && matches ? createLogSearch(feed.log, textOf(feed.log), matches) : undefined);
  }, [feed, textOf, matches]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version may have more lines to search
  useEffect(() => {
    if (!search || !feed) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let renderedAt = 0;
    const runStep = () => {
      const finished = search.step(stepMs, feed.state === 'complete');
      if (finished || performance.now() - renderedAt > renderIntervalMs) {
        renderedAt = performance.now();
        setDone(finished);
        draw((count) => count + 1);
      }
      if (!finished) timer = setTimeout(runStep, 0);
    };
    runStep();
    return () => clearTimeout(timer);
  }, [search, feed, version]);

  return { lines: search?.lines ?? [], done: search === undefined || done };
}
