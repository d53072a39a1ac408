import { delay } from './wake-signal.ts';

/** Calls `work` at once and then every `everyMs` milliseconds, never twice at a time, until `stop`, which waits for the last. */
export function runPeriodically(work: () => Promise<unknown>, everyMs: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await work();
      await delay(everyMs, stopping.signal);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
