import type { App } from '../app/app.ts';
import type { Terminal } from './output/terminal.ts';

/** Until a signal has come and the workers have stopped: cleanly at the first, at once at the second. */
export function untilStopped(
  terminal: Terminal,
  app: Pick<App, 'stopWorkers'>,
  message = 'Stopping: tests under way end first. Stop again to end at once.',
): Promise<void> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const forget = terminal.onStop(() => {
      signals += 1;
      if (signals > 2) return;
      if (signals === 1) {
        terminal.stderr.line(message);
      }
      app
        .stopWorkers({ now: signals === 2 })
        .then(resolve, reject)
        .finally(forget);
    });
  });
}

/** Resolves when a signal aborts, also when it has already: Ctrl-C may have come before anybody waited for it. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
