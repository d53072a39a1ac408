import type { App } from '../app/app.ts';
import type { Terminal } from './output/terminal.ts';

/**
 * Waits for SIGINT or SIGTERM and stops the workers: running tests end first, unless a second signal arrives. Resolves when the
 * workers have stopped; rejects as `stopWorkers` does.
 */
export function waitForStop(
  terminal: Terminal,
  app: Pick<App, 'stopWorkers'>,
  message = 'Stopping after the running tests. Press Ctrl-C again to stop at once.',
): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const unsubscribe = terminal.onStop(() => {
      signals += 1;
      if (signals > 2) return;
      if (signals === 1) terminal.stderr.line(message);
      app
        .stopWorkers({ now: signals === 2 })
        .then(resolve, reject)
        .finally(unsubscribe);
    });
  });
}

/** Resolves when a signal aborts, or at once when it already has: Ctrl-C may precede the wait. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
