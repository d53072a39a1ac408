import { delay } from './delay.ts';

/** Background work that can be stopped. `stop` resolves when nothing of it is under way any more. */
export interface Service {
  stop(): Promise<void>;
}

/**
 * Runs `work` at once and then again `everyMs` milliseconds after it ended, never twice at a time. `stop` waits for the run under
 * way, which can stop early by `signal`. An error of `work` ends the interval: `work` handles its errors itself.
 */
export function runPeriodically(work: (signal: AbortSignal) => Promise<unknown>, everyMs: number): Service {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      await work(signal);
      await delay(everyMs, signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
