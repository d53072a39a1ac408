import type { readLog } from '../../../../src/operations/runs/run-record.ts';
import { type Problem, toProblem, unreachable } from '../../api/problem.ts';
import type { Answer } from '../../api/request.ts';
import { createLogModel } from './log-model.ts';

type LogPiece = Pick<Answer<typeof readLog>, 'text' | 'next' | 'finished'>;

export interface LogSource {
  /** The piece of the log at an offset in bytes; empty when there is no more (yet). */
  read: (from: number, signal: AbortSignal) => Promise<LogPiece>;
  /** What is written from that offset on, as it comes. Returns how to stop. */
  follow: (from: number, told: Following) => () => void;
}

export interface Following {
  /** `next`: the offset behind it. */
  text(text: string, next: number): void;
  /** The run is finished, and that was all. */
  end(): void;
  /** It is over, and the log may not be. */
  broke(): void;
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

  /** Reads all that is there; true when that is all there will be. */
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
      // A refusal stays one.
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
    /** Stops reading, for good or until `resume`. */
    pause: () => halt(),
    resume(): void {
      halt();
      if (state !== 'complete') start();
    },
  };
}
export type LogFeed = ReturnType<typeof createLogFeed>;
