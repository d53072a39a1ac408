import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { Fault } from '../../faults/fault.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';
import { watchRuns } from './watch.ts';

/** A server whose answers the test gives, in any order and at any time. */
function slowServer() {
  const asked: { id: number; answer(state: 'running' | 'finished'): void; refuse(error: unknown): void }[] =
    [];
  const listeners = new Set<(id: number | undefined) => void>();
  const caller = {
    url: undefined,
    call: (_operation: unknown, { id }: { id: number }) =>
      new Promise((resolve, reject) => {
        const answer = (state: string) => resolve({ run: { id, state } });
        asked.push({ id, answer, refuse: reject });
      }),
    async onRunChange(callback: (id: number | undefined) => void) {
      listeners.add(callback);
      return async () => void listeners.delete(callback);
    },
    close: async () => {},
  } as unknown as Caller;
  const change = (id: number | undefined) => {
    for (const listener of listeners) listener(id);
  };
  return { caller, asked, change, listeners };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('watching runs', () => {
  it('asks about a run once at a time, once more when it changed meanwhile, and says nothing after the end', async () => {
    const { caller, asked, change, listeners } = slowServer();
    const seen: string[] = [];
    const onProgress = ({ run }: ProgressView) => void seen.push(`${run.id} ${run.state}`);
    const watching = watchRuns(caller, [1, 2], { onProgress, signal: new AbortController().signal });
    await settled();
    for (const id of [1, 1, 1, 3]) change(id);
    expect(asked.map(({ id }) => id)).toEqual([1, 2]);
    asked[0]?.answer('running');
    await settled();
    expect(asked.map(({ id }) => id)).toEqual([1, 2, 1]);
    asked[1]?.answer('finished');
    await settled();
    // Changes while it is asked about, and is finished by then: it is asked about again, but that is no news.
    change(1);
    asked[2]?.answer('finished');
    expect((await watching).map(({ run }) => run.id)).toEqual([1, 2]);
    asked[3]?.answer('finished');
    await settled();
    expect(seen).toEqual(['1 running', '2 finished', '1 finished']);
    expect(listeners.size).toBe(0);
  });

  it('ends with the reason of its signal', async () => {
    const { caller, listeners } = slowServer();
    const stop = new AbortController();
    const watching = watchRuns(caller, [1], { onProgress: () => {}, signal: stop.signal });
    stop.abort(new Error('Ctrl-C'));
    await expect(watching).rejects.toThrow('Ctrl-C');
    expect(listeners.size).toBe(0);
  });

  it('subscribes again when the server is away at first', async () => {
    const { caller, asked, listeners } = slowServer();
    const subscribe = caller.onRunChange;
    let refusals = 0;
    const restarting: Caller = {
      ...caller,
      async onRunChange(callback) {
        if (refusals++ === 0) throw new Fault('SERVER_UNREACHABLE', 'It does not answer.');
        return subscribe(callback);
      },
    };
    const watching = watchRuns(restarting, [1], {
      onProgress: () => {},
      signal: new AbortController().signal,
    });
    await waitFor(() => listeners.size === 1);
    asked[0]?.answer('finished');
    await watching;
    expect(listeners.size).toBe(0);
  });

  it('bears a server that restarts, and ends with any other fault', async () => {
    const { caller, asked, change } = slowServer();
    const watching = watchRuns(caller, [1], { onProgress: () => {}, signal: new AbortController().signal });
    await settled();
    asked[0]?.refuse(new Fault('SERVER_UNREACHABLE', 'It does not answer.'));
    await settled();
    change(undefined);
    asked[1]?.refuse(new Fault('RUN_UNKNOWN', 'There is no run 1.'));
    await expect(watching).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});
