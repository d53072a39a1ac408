import { setTimeout as delay } from 'node:timers/promises';
import { isFault } from '../../faults/fault.ts';
import { type ProgressView, showProgress } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';

/** Behind the events: a slow look at everything, in case one was missed. */
const recheckMs = 10_000;
/** A server that restarts is waited for this long. */
const patienceMs = 60_000;
/** Between tries to subscribe to the events of a server that is away. */
const resubscribeMs = 1_000;

/**
 * Follows runs until all are finished, by events. `onProgress` gets each run as it changes. Rejects with the fault of a
 * server that stays away, or with the reason of `signal`.
 */
export async function watchRuns(
  caller: Caller,
  ids: readonly number[],
  options: { onProgress: (progress: ProgressView) => void; signal: AbortSignal },
): Promise<ProgressView[]> {
  const { onProgress, signal } = options;
  const seen = new Map<number, ProgressView>();
  const open = new Set(ids);
  let awaySince: number | undefined;
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

    const look = once(async (id: number) => {
      try {
        const progress = await caller.call(showProgress, { id });
        // A look that was under way when all was over has nothing to say any more.
        if (ended) return;
        awaySince = undefined;
        seen.set(id, progress);
        onProgress(progress);
        if (progress.run.state !== 'finished' || !open.delete(id) || open.size > 0) return;
        void end(() => resolve(ids.map((each) => seen.get(each) as ProgressView)));
      } catch (error) {
        if (!mayReturn(error)) void end(() => reject(error));
      }
    });

    /** Whether an error means that the server is away, and not for too long yet. */
    const mayReturn = (error: unknown) => {
      awaySince ??= performance.now();
      return isFault(error, 'SERVER_UNREACHABLE') && performance.now() - awaySince < patienceMs;
    };

    /** Subscribes to changes, also while the server is away for a while. It may succeed only after the end. */
    const subscribe = async (): Promise<void> => {
      while (!ended) {
        try {
          const stop = await caller.onRunChange(lookAt);
          if (ended) return await stop();
          unsubscribe = stop;
          return;
        } catch (error) {
          if (!mayReturn(error)) return end(() => reject(error));
          await delay(resubscribeMs, undefined, { signal, ref: false }).catch(() => undefined);
        }
      }
    };

    /** Another run may be the one that ours waits for, so a queued run is looked at whatever changed. */
    const lookAt = (changed: number | undefined) => {
      for (const id of open) {
        if (changed === undefined || changed === id || seen.get(id)?.run.state === 'queued') look(id);
      }
    };

    const timer = setInterval(() => lookAt(undefined), recheckMs);
    void subscribe();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else lookAt(undefined);
  });
}

/** At most one call for each id at a time; calls meanwhile become one more afterwards. */
function once(work: (id: number) => Promise<void>): (id: number) => void {
  const busy = new Map<number, { again: boolean }>();
  return function call(id) {
    const current = busy.get(id);
    if (current !== undefined) {
      current.again = true;
      return;
    }
    const entry = { again: false };
    busy.set(id, entry);
    void work(id).finally(() => {
      busy.delete(id);
      if (entry.again) call(id);
    });
  };
}
