import type { readLog } from '../../../src/operations/run-record.ts';
import { type Problem, toProblem } from '../api/problem.ts';
import type { Answer } from '../api/request.ts';
import { createLogModel } from './log-model.ts';

export type LogPiece = Answer<typeof readLog>;

interface Parts {
  /** The piece of the log at an offset in bytes; empty when there is no more (yet). */
  read: (from: number, signal: AbortSignal) => Promise<LogPiece>;
  /** Calls back when there may be more; returns how to stop that. */
  watch: (from: number, changed: () => void) => () => void;
}

export type FeedState = 'loading' | 'live' | 'complete';

const defaults = {
  /** After an error. */
  againMs: 2_000,
};

/**
 * Reads the log of a run from its beginning, and what comes later until the run is finished. It reads by offsets, so nothing is
 * missed or doubled, however often the server was away.
 */
export function createLogFeed({ read, watch }: Parts, options: Partial<typeof defaults> = {}) {
  const { againMs } = { ...defaults, ...options };
  const log = createLogModel();
  const listeners = new Set<() => void>();
  const stop = new AbortController();
  let state: FeedState = 'loading';
  let problem: Problem | undefined;
  let version = 0;
  let from = 0;
  let reading = false;
  let asked = false;
  let unwatch: (() => void) | undefined;

  const tell = () => {
    version += 1;
    for (const listener of listeners) listener();
  };

  /** Reads all that is there. */
  const readAll = async () => {
    while (!stop.signal.aborted) {
      asked = false;
      const piece = await read(from, stop.signal);
      if (stop.signal.aborted) return;
      problem = undefined;
      log.append(piece.text);
      const more = piece.next > from;
      from = piece.next;
      if (!more) {
        state = piece.finished ? 'complete' : 'live';
        if (!asked) return tell();
      }
      tell();
    }
  };

  const pull = async (): Promise<void> => {
    asked = true;
    if (reading || stop.signal.aborted) return;
    reading = true;
    try {
      await readAll();
      if (state === 'complete') unwatch?.();
      else if (!stop.signal.aborted) unwatch ??= watch(from, pull);
    } catch (error) {
      if (stop.signal.aborted) return;
      problem = toProblem(error);
      tell();
      if (problem.status === 0 || problem.status >= 500) setTimeout(() => void pull(), againMs);
    } finally {
      reading = false;
    }
  };
  void pull();

  return {
    log,
    get state(): FeedState {
      return state;
    },
    /** Why nothing comes at the moment. */
    get problem(): Problem | undefined {
      return problem;
    },
    /** Another one after each change. */
    version: () => version,
    listen(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop(): void {
      stop.abort();
      unwatch?.();
    },
  };
}
export type LogFeed = ReturnType<typeof createLogFeed>;
