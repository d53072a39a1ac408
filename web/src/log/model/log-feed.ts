import type { readLog } from '../../../../src/operations/runs/run-record.ts';
import { type Problem, toProblem, unreachable } from '../../api/problem.ts';
import type { Answer } from '../../api/request.ts';
import { createLogModel } from './log-model.ts';

type LogPiece = Pick<Answer<typeof readLog>, 'text' | 'next' | 'finished'>;

export interface LogSource {
  /** Reads the chunk of the log at a byte offset; empty at the end. */
  read: (from: number, signal: AbortSignal) => Promise<LogPiece>;
  /** Streams the log from a byte offset. Returns a function that stops it. */
  follow: (from: number, told: Following) => () => void;
}

export interface Following {
  /** `next` is the offset after the text. */
  text(text: string, next: number): void;
  /** The run is finished and the log is complete. */
  end(): void;
  /** The stream broke before the log was complete. */
  broke(): void;
}

export type FeedState = 'loading' | 'live' | 'complete';

const defaults = {
  /** The delay before a retry after an error. */
  againMs: 2_000,
};

/**
 * Reads the log of a run from its beginning and follows it until the run is finished. It reads by offset, so that nothing is lost
 * or duplicated when the server is temporarily unreachable.
 */
export function createLogFeed({ read, follow }: LogSource, options: Partial<typeof defaults> = {}) {
  const { againMs: retryMs } = { ...defaults, ...options };
  const log = createLogModel();
  const listeners = new Set<() => void>();
  let state: FeedState = 'loading';
  let problem: Problem | undefined;
  let version = 0;
  let from = 0;
  let halt: () => void = () => {};

  const tell = () => {
    version += 1;
    for (const listener of listeners) listener();
  };

  /** Reads to the current end; resolves to true when the log is complete. */
  const catchUp = async (signal: AbortSignal): Promise<boolean> => {
    for (;;) {
      const piece = await read(from, signal);
      if (signal.aborted) return false;
      problem = undefined;
      log.append(piece.text);
      const isEnd = piece.next === from;
      from = piece.next;
      if (isEnd) return piece.finished;
      tell();
    }
  };

  const start = () => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopFollowing = () => {};
    halt = () => {
      stop.abort();
      clearTimeout(timer);
      stopFollowing();
    };
    const again = (because: Problem) => {
      stopFollowing();
      problem = because;
      tell();
      // Other refusals are final.
      if (because.status === 0 || because.status >= 500) timer = setTimeout(start, retryMs);
    };
    const become = (next: FeedState) => {
      state = next;
      tell();
    };
    catchUp(stop.signal).then(
      (isComplete) => {
        if (stop.signal.aborted) return;
        become(isComplete ? 'complete' : 'live');
        if (isComplete) return;
        stopFollowing = follow(from, {
          text(text, next) {
            log.append(text);
            from = next;
            tell();
          },
          end() {
            stopFollowing();
            become('complete');
          },
          broke: () => again(unreachable()),
        });
      },
      (error) => {
        if (!stop.signal.aborted) again(toProblem(error));
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
    version: () => version,
    listen(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Stops reading until `resume`. */
    pause: () => halt(),
    resume(): void {
      halt();
      if (state !== 'complete') start();
    },
  };
}
export type LogFeed = ReturnType<typeof createLogFeed>;
