import { delay } from '../async/delay.ts';
import { createWakeSignal } from '../async/wake-signal.ts';
import { toFault } from '../faults/fault.ts';

/** Between two reads of results: each takes a command in the container, some 70 ms. */
const intervalMs = 1_000;
/** Fallback polling interval of a command that prints nothing. */
const silentMs = 30_000;

/** Reads the results of a command while it runs, each time after it has printed something. */
export interface OutputFollower {
  /** The command has printed something. */
  notify(): void;
  /** Resolves when `read` is not under way any more. Never rejects. */
  stop(): Promise<void>;
}

/** An error of `read` is logged, and `read` is not called again: results are read at the end of the command, too. */
export function followOutput(read: () => Promise<void>, log: (line: string) => void): OutputFollower {
  const output = createWakeSignal();
  const abort = new AbortController();
  const { signal } = abort;
  const follow = async () => {
    let version = output.version();
    for (;;) {
      await output.wait(version, silentMs, signal);
      if (signal.aborted) return;
      version = output.version();
      await read();
      await delay(intervalMs, signal);
    }
  };
  const end = follow().catch((error: unknown) => {
    const { code, message } = toFault(error);
    log(`Results are read only when Playwright has ended: ${code}: ${message}`);
  });
  return {
    notify: output.notify,
    async stop() {
      abort.abort();
      await end;
    },
  };
}
