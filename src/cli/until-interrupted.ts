import type { CliContext } from './cli-context.ts';
import { exitCodes } from './exit-codes.ts';
import { waitForAbort } from './stop-signals.ts';

/**
 * Executes work that Ctrl-C ends with the exit code of an interruption. `interrupted` resolves then, and `signal` aborts; work that may
 * hang races with it. A second Ctrl-C ends the process.
 */
export async function untilInterrupted(
  context: CliContext,
  work: (signal: AbortSignal, interrupted: Promise<void>) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const unsubscribe = context.terminal.onStop(() => {
    // The next signal has its default effect and ends the process.
    unsubscribe();
    context.exitCode = exitCodes.interrupted;
    stop.abort();
  });
  try {
    await work(stop.signal, waitForAbort(stop.signal));
  } finally {
    unsubscribe();
  }
}
