import { describe, expect, it } from 'vitest';
import type { Terminal } from './output/terminal.ts';
import { waitForAbort, waitForStop } from './stop-signals.ts';

describe('a stop signal', () => {
  it('lets running tests end; a second one stops at once', async () => {
    let signal = () => {};
    const messages: string[] = [];
    const terminal = {
      stderr: { line: (text: string) => void messages.push(text) },
      onStop(callback: () => void) {
        signal = callback;
        return () => {
          signal = () => {};
        };
      },
    } as unknown as Terminal;
    const stops: boolean[] = [];
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const stopped = waitForStop(terminal, {
      stopWorkers({ now }) {
        stops.push(now);
        return finished;
      },
    });
    signal();
    signal();
    signal();
    expect(stops).toEqual([false, true]);
    expect(messages).toHaveLength(1);
    finish();
    await stopped;
  });

  it('is noticed by a wait that begins after it', async () => {
    await waitForAbort(AbortSignal.abort());
    const stop = new AbortController();
    const waiting = waitForAbort(stop.signal);
    stop.abort();
    await waiting;
  });
});
