import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import { listResults } from '../../operations/results/run-results.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import type { Caller } from './caller.ts';
import { createFailureFeed } from './failure-feed.ts';

const progress = (failed: number) =>
  ({ run: { id: 1, environment: 'us', counts: { failed, broken: 0 } } }) as ProgressView;

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose failures the test sets, and that can be away. */
function server() {
  const state = { failed: [] as string[], away: false, reads: 0 };
  const caller = {
    url: 'http://x',
    async call(operation: unknown) {
      if (state.away) throw new Fault('SERVER_UNREACHABLE', 'It does not answer.');
      if (operation !== listResults)
        return { sources: state.failed.map((test) => ({ test, suite: null, path: 'a.xml', line: 3 })) };
      state.reads += 1;
      const tests = state.failed.map((test) => ({ test, suite: null, attempt: 1, status: 'failed' }));
      return { tests, causes: [] };
    },
  } as unknown as Caller;
  return { state, caller };
}

it('reports each failure once, as the count of a run grows, also those that come while it reads', async () => {
  const { state, caller } = server();
  const reports: string[] = [];
  const feed = createFailureFeed(caller, ({ id }, { test }, { sources }) =>
    reports.push(`${id} ${test} ${sources.get(test)}`),
  );
  feed.update(progress(0));
  expect(state.reads).toBe(0);
  state.failed = ['A'];
  feed.update(progress(1));
  feed.update(progress(2));
  await settle();
  state.failed = ['A', 'B'];
  await settle();
  const failures = await feed.finish([progress(2)]);
  expect(reports).toEqual(['1 A a.xml:3', '1 B a.xml:3']);
  expect(failures.get(1)?.tests).toHaveLength(2);
});

it('reads again what it could not read while the server restarted', async () => {
  const { state, caller } = server();
  const reports: string[] = [];
  const feed = createFailureFeed(caller, (_run, { test }) => reports.push(test));
  state.failed = ['A'];
  state.away = true;
  feed.update(progress(1));
  await settle();
  state.away = false;
  feed.update(progress(1));
  await settle();
  expect(reports).toEqual(['A']);
  expect((await feed.finish([progress(1)])).get(1)?.tests).toHaveLength(1);
  expect(reports).toEqual(['A']);
});
