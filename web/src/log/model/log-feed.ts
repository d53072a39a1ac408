import type { readLog } from '#src/operations/runs/run-record.ts';
import { type Problem, toProblem, unreachable } from '../../api/problem.ts';
import type { OutputOf } from '../../api/request.ts';
import { isWorthRetry } from '../../api/retry.ts';
import { createLogModel } from './log-model.ts';

type LogChunk = Pick<OutputOf<typeof readLog>, 'text' | 'next' | 'finished'>;

export interface LogSource {
  /** Reads the chunk of the log at a byte offset; empty at the end. */
  read: (from: number, signal: AbortSignal) => Promise<LogChunk>;
  /** Streams the log from a byte offset. Returns a function that stops it. */
  follow: (from: number, listener: LogListener) => () => void;
}

export interface LogListener {
  /** `next` is the offset after the text. */
  text(text: string, next: number): void;
  /** The run is finished and the log is complete. */
  end(): void;
  /** The stream broke before the log was complete. */
  disconnected(): void;
}

export type FeedState = 'loading' | 'live' | 'complete';

/** Reads from an offset to the current end. Resolves to true when the log is complete. */
async function readToEnd(
  read: LogSource['read'],
  from: number,
  { append, signal }: { append: LogListener['text']; signal: AbortSignal },
): Promise<boolean> {
  for (let at = from; ; ) {
    const { text, next, finished } = await read(at, signal);
    if (signal.aborted) return false;
    if (next === at) return finished;
    append(text, next);
    at = next;
  }
}

function createChanges() {
  const listeners = new Set<() => void>();
  let version = 0;
  return {
    version: () => version,
    listen(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify() {
      version += 1;
      for (const listener of listeners) listener();
    },
  };
}

const defaults = {
  /** The delay before a retry after an error. */
  retryMs: 2_000,
};

/**
 * Reads the log of a run from its beginning and follows it until the run is finished. It reads by offset, so that nothing is lost
 * or duplicated when the server is temporarily unreachable.
 */
export function createLogFeed({ read, follow }: LogSource, options: Partial<typeof defaults> = {}) {
  const { retryMs } = { ...defaults, ...options };
  const log = createLogModel();
  const { version, listen, notify } = createChanges();
  let state: FeedState = 'loading';
  let problem: Problem | undefined;
  let from = 0;
  let stopReading: () => void = () => {};

  const append = (text: string, next: number) => {
    log.append(text);
    from = next;
    problem = undefined;
    notify();
  };
  const setState = (next: FeedState) => {
    state = next;
    problem = undefined;
    notify();
  };

  const start = () => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopFollowing = () => {};
    stopReading = () => {
      stop.abort();
      clearTimeout(timer);
      stopFollowing();
    };
    const retryLater = (reason: Problem) => {
      stopFollowing();
      problem = reason;
      notify();
      if (isWorthRetry(reason)) timer = setTimeout(start, retryMs);
    };
    readToEnd(read, from, { append, signal: stop.signal }).then(
      (isComplete) => {
        if (stop.signal.aborted) return;
        setState(isComplete ? 'complete' : 'live');
        if (isComplete) return;
        stopFollowing = follow(from, {
          text: append,
          end() {
            stopFollowing();
            setState('complete');
          },
          disconnected: () => retryLater(unreachable()),
        });
      },
      (error) => {
        if (!stop.signal.aborted) retryLater(toProblem(error));
      },
    );
  };
  start();

  return {
    log,
    get state(): FeedState {
      return state;
    },
    /** Why the feed is interrupted; `undefined` when it is not. */
    get problem(): Problem | undefined {
      return problem;
    },
    /** Changes with every change of the feed. */
    version,
    /** Calls a listener after every change. Returns a function that removes it. */
    listen,
    /** Stops reading until `resume`. */
    pause: () => stopReading(),
    resume(): void {
      stopReading();
      if (state !== 'complete') start();
    },
  };
}
export type LogFeed = ReturnType<typeof createLogFeed>;
