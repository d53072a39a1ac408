import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { Fault } from '../../faults/fault.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';
import { watchRuns } from './watch.ts';

/** A server whose responses the test sends, in any order and at any time. */
function manualServer() {
  const requests: {
    id: number;
    respond(state: 'running' | 'finished'): void;
    reject(error: unknown): void;
  }[] = [];
  const listeners = new Set<(id: number | undefined) => void>();
  const caller = {
    url: undefined,
    call: (_operation: unknown, { id }: { id: number }) =>
      new Promise((resolve, reject) => {
        const respond = (state: string) => resolve({ run: { id, state } });
        requests.push({ id, respond, reject });
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
  return { caller, requests, change, listeners };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('watching runs', () => {
  it('reads a run once at a time, once more after a change meanwhile, and reports nothing after the end', async () => {
    const { caller, requests, change, listeners } = manualServer();
    const reports: string[] = [];
    const onProgress = ({ run }: ProgressView) => void reports.push(`${run.id} ${run.state}`);
    const watching = watchRuns(caller, [1, 2], { onProgress, signal: new AbortController().signal });
    await settle();
    for (const id of [1, 1, 1, 3]) change(id);
    expect(requests.map(({ id }) => id)).toEqual([1, 2]);
    requests[0]?.respond('running');
    await settle();
    expect(requests.map(({ id }) => id)).toEqual([1, 2, 1]);
    requests[1]?.respond('finished');
    await settle();
    // Run 1 changes while it is read, and that read returns that it is finished: the read after it reports nothing.
    change(1);
    requests[2]?.respond('finished');
    expect((await watching).map(({ run }) => run.id)).toEqual([1, 2]);
    requests[3]?.respond('finished');
    await settle();
    expect(reports).toEqual(['1 running', '2 finished', '1 finished']);
    expect(listeners.size).toBe(0);
  });

  it('rejects with the reason of its signal', async () => {
    const { caller, listeners } = manualServer();
    const stop = new AbortController();
    const watching = watchRuns(caller, [1], { onProgress: () => {}, signal: stop.signal });
    stop.abort(new Error('Ctrl-C'));
    await expect(watching).rejects.toThrow('Ctrl-C');
    expect(listeners.size).toBe(0);
  });

  it('retries the subscription while the server is unreachable', async () => {
    const { caller, requests, listeners } = manualServer();
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
    requests[0]?.respond('finished');
    await watching;
    expect(listeners.size).toBe(0);
  });

  it('tolerates a server that restarts, and rejects with any other fault', async () => {
    const { caller, requests, change } = manualServer();
    const watching = watchRuns(caller, [1], { onProgress: () => {}, signal: new AbortController().signal });
    await settle();
    requests[0]?.reject(new Fault('SERVER_UNREACHABLE', 'It does not answer.'));
    await settle();
    change(undefined);
    requests[1]?.reject(new Fault('RUN_UNKNOWN', 'There is no run 1.'));
    await expect(watching).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});
