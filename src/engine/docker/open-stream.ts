import { withTimeout } from '../../async/timeout.ts';

/**
 * Opens a stream within `timeoutMs`; once it is open it may be silent for as long as it likes. `open` gets a signal that aborts
 * at the timeout, or with `closing`. Rejects as `open` does, or with an error that names the timeout.
 */
export function openInTime<T>(
  timeoutMs: number,
  open: (signal: AbortSignal) => Promise<T>,
  closing?: AbortSignal,
): Promise<T> {
  return withTimeout(
    timeoutMs,
    (timeout) => open(closing ? AbortSignal.any([closing, timeout]) : timeout),
    () => {
      throw new Error(`There was no answer within ${timeoutMs} ms`);
    },
  );
}
