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
      // It comes back by itself, with the id of the last event, which is the offset behind it.
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

/** The log of a run, read while the calling component is there and somebody looks. Every change draws it anew. */
export function useLog(id: number): LogFeed | undefined {
  const [feed, setFeed] = useState<LogFeed>();
  useEffect(() => {
    const opened = createLogFeed(sourceOf(id));
    setFeed(opened);
    // A browser has six connections to a server, for all its tabs: those that nobody looks at give theirs back.
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

/** From one drawing of a log that grows to the next. */
const pauseMs = 100;

/** The first change after a pause at once, then what has changed meanwhile, together. */
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

/** What searching may take before the page has its turn. */
const stepMs = 8;

/** Searches the whole log, a bit at a time, and what is written meanwhile. */
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

/** What is searched is what is seen. */
const shownText = (log: LogFeed['log']) => (line: number) => readOwn(log.text(line)).text;
