import { delay } from '../../async/delay.ts';
import { isFault, toFault } from '../../faults/fault.ts';
import { showStatus } from '../../operations/system/status.ts';
import type { StatusView } from '../../operations/system/status-view.ts';
import type { Caller } from './caller.ts';

/** What changes only with time, such as a lost worker, has no event. */
const pollMs = 10_000;
/** Between two reads, however many events there are. */
const minPauseMs = 1_000;

/**
 * Reads the status now, after each event and every ten seconds, until `signal` aborts. `onFault` gets the message when the server does
 * not answer; it is asked again. Rejects with any other fault.
 */
export async function watchStatus(
  caller: Caller,
  options: {
    onStatus: (status: StatusView) => void;
    onFault: (message: string) => void;
    signal: AbortSignal;
  },
): Promise<void> {
  const { onStatus, onFault, signal } = options;
  let wake = () => {};
  let isStale = true;
  const markStale = () => {
    isStale = true;
    wake();
  };
  let unsubscribe: (() => Promise<void>) | undefined;
  try {
    while (!signal.aborted) {
      isStale = false;
      try {
        unsubscribe ??= await caller.onChange(markStale);
        const status = await caller.call(showStatus, {});
        if (signal.aborted) return;
        onStatus(status);
      } catch (error) {
        if (!isFault(error, 'SERVER_UNREACHABLE')) throw error;
        onFault(toFault(error).message);
      }
      await delay(minPauseMs, signal);
      if (isStale || signal.aborted) continue;
      const event = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const poll = new AbortController();
      await Promise.race([event, delay(pollMs, AbortSignal.any([signal, poll.signal]))]);
      poll.abort();
    }
  } finally {
    await unsubscribe?.();
  }
}
