import { describe, expect, it } from 'vitest';
import type { Terminal } from './output/terminal.ts';
import { aborted, untilStopped } from './stop-signals.ts';

describe('stopping', () => {
  it('is clean at the first signal and at once at the second', async () => {
    let signal = () => {};
    const said: string[] = [];
    const terminal = {
      stderr: { line: (text: string) => void said.push(text) },
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
    const stopped = untilStopped(terminal, {
      stopWorkers({ now }) {
        stops.push(now);
        return finished;
      },
    });
    signal();
    signal();
    signal();
    expect(stops).toEqual([false, true]);
    expect(said).toHaveLength(1);
    finish();
    await stopped;
  });

  it('is noticed also by whoever waits for it after it came', async () => {
    await aborted(AbortSignal.abort());
    const stop = new AbortController();
    const waiting = aborted(stop.signal);
    stop.abort();
    await waiting;
  });
});
