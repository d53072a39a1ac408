import { delay } from '../../async/delay.ts';
import { isFault } from '../../faults/fault.ts';
import { type ProgressView, showProgress } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';

/** Interval of a read of all unfinished runs, in case an event was missed. */
const pollMs = 10_000;
/** How long an unreachable server may take to restart. */
const restartTimeoutMs = 60_000;
/** Between attempts to subscribe to the events of an unreachable server. */
const resubscribeDelayMs = 1_000;

/**
 * Watches runs until all are finished, by events; resolves to their last progress. `onProgress` gets each run as it changes.
 * Rejects with the fault of a server that stays unreachable, or with the reason of `signal`.
 */
export async function watchRuns(
  caller: Caller,
  ids: readonly number[],
  options: { onProgress: (progress: ProgressView) => void; signal: AbortSignal },
): Promise<ProgressView[]> {
  const { onProgress, signal } = options;
  const latest = new Map<number, ProgressView>();
  const unfinished = new Set(ids);
  let unreachableSince: number | undefined;
  let ended = false;
  let unsubscribe: (() => Promise<void>) | undefined;

  return new Promise((resolve, reject) => {
    const end = async (settle: () => void) => {
      ended = true;
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      await unsubscribe?.();
      settle();
    };
    const onAbort = () => void end(() => reject(signal.reason));

    const read = coalesceById(async (id) => {
      try {
        const progress = await caller.call(showProgress, { id });
        // A read that was running at the end must not report anything more.
        if (ended) return;
        unreachableSince = undefined;
        latest.set(id, progress);
        onProgress(progress);
        if (progress.run.state !== 'finished' || !unfinished.delete(id) || unfinished.size > 0) return;
        void end(() => resolve(ids.map((each) => latest.get(each) as ProgressView)));
      } catch (error) {
        if (!mayRestart(error)) void end(() => reject(error));
      }
    });

    /** Whether an error means that the server is unreachable, and not for too long yet. */
    const mayRestart = (error: unknown) => {
      unreachableSince ??= performance.now();
      return isFault(error, 'SERVER_UNREACHABLE') && performance.now() - unreachableSince < restartTimeoutMs;
    };

    /** Retries while the server is unreachable. The subscription may succeed only after the end. */
    const subscribe = async (): Promise<void> => {
      while (!ended) {
        try {
          const stop = await caller.onRunChange(onRunChange);
          if (ended) return await stop();
          unsubscribe = stop;
          return;
        } catch (error) {
          if (!mayRestart(error)) return end(() => reject(error));
          await delay(resubscribeDelayMs, signal, { ref: false });
        }
      }
    };

    /** Any change may affect the position of a queued run, so queued runs are read after each. */
    const onRunChange = (changed: number | undefined) => {
      for (const id of unfinished) {
        if (changed === undefined || changed === id || latest.get(id)?.run.state === 'queued') read(id);
      }
    };

    const timer = setInterval(() => onRunChange(undefined), pollMs);
    void subscribe();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else onRunChange(undefined);
  });
}

/**
 * At most one call of `work` for each id at a time; calls meanwhile become one more call afterwards. Unlike
 * `createRequestCoalescer`, a call here must always be followed by a read that begins after it, and returns nothing.
 */
function coalesceById(work: (id: number) => Promise<void>): (id: number) => void {
  const running = new Map<number, { rerun: boolean }>();
  return function call(id) {
    const current = running.get(id);
    if (current !== undefined) {
      current.rerun = true;
      return;
    }
    const entry = { rerun: false };
    running.set(id, entry);
    void work(id).finally(() => {
      running.delete(id);
      if (entry.rerun) call(id);
    });
  };
}
