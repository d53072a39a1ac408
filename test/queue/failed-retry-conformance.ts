import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/model/run.ts';
import { createDurations } from '../../src/store/tables/durations.ts';
import { createEvents } from '../../src/store/tables/events.ts';
import { createResults } from '../../src/store/tables/results.ts';
import type { Kind } from '../support/database.ts';
import { newResult } from '../support/samples.ts';
import { planOf, retriedRuns } from './retried-runs.ts';

const reached: Reason = { code: 'MAX_FAILURES_REACHED', message: 'Not executed.' };
const vanished: Reason = { code: 'CONTAINER_VANISHED', message: 'It is gone.' };
const broken = { outcome: 'broken', limit: 2, pauseMs: 0 } as const;

/** Automatic retries of failed tests, and the limit of failures, for every kind of database. */
export function failedRetryConformance(kind: Kind): void {
  const { parts, submit, start, open, results, plan } = retriedRuns(kind);
  const retriedPlan = (times: number, ...names: string[]) =>
    planOf(...names).map((test) => ({ ...test, retryFailed: times }));

  describe('an automatic retry of failed tests', () => {
    it('executes failed tests again, as often as their plan says', async () => {
      const { queue, runs } = parts;
      await submit();
      let run = await start([
        ...retriedPlan(2, 'Twice'),
        ...planOf('Never'),
        ...retriedPlan(1, 'Once', 'Broken'),
      ]);
      const { id } = run;
      await run.record.result(newResult('Broken', 'broken'));
      for (const test of ['Twice', 'Never', 'Once']) await run.record.result(newResult(test, 'failed'));
      expect(await queue.retryFailed(id, run.fence)).toBe(2);
      expect(await runs.get(id)).toMatchObject({ state: 'queued', retryAt: undefined, retriedAfter: 0 });
      run = await start();
      expect(await open(run)).toEqual(['Twice', 'Once']);
      expect((await run.record.planned()).map(({ failed }) => failed)).toEqual([false, true, false, false]);
      for (const test of ['Twice', 'Once']) await run.record.result(newResult(test, 'failed'));
      expect(await queue.retryFailed(id, run.fence)).toBe(1);
      run = await start();
      expect(await open(run)).toEqual(['Twice']);
      await run.record.result(newResult('Twice', 'passed'));
      expect(await queue.counts(id)).toMatchObject({ planned: 4, passed: 1, failed: 2, broken: 1, flaky: 1 });
      expect(await queue.retryFailed(id, run.fence)).toBeUndefined();
      await queue.finish(id, run.fence, 'failed');
      expect((await runs.get(id)).counts).toMatchObject({ passed: 1, failed: 2, broken: 1, flaky: 1 });
      expect((await createEvents(parts).list(id)).map(({ message }) => message)).toEqual([
        ...['2 failed tests are executed again.', '1 failed test is executed again.'],
      ]);
    });

    it('has all its retries again after one of a user', async () => {
      const { queue, runs } = parts;
      await submit();
      let run = await start(retriedPlan(1, 'A'));
      for (const repeated of [1, undefined]) {
        await run.record.result(newResult('A', 'failed'));
        expect(await queue.retryFailed(run.id, run.fence)).toBe(repeated);
        if (repeated !== undefined) run = await start();
      }
      await queue.finish(run.id, run.fence, 'failed');
      await runs.retryFailed(run.id, 'x');
      run = await start();
      await run.record.result(newResult('A', 'failed'));
      expect(await queue.retryFailed(run.id, run.fence)).toBe(1);
    });

    it('happens together with a retry after a transient fault', async () => {
      const { queue } = parts;
      await submit();
      const run = await start(retriedPlan(1, 'A', 'B', 'C'));
      await run.record.result(newResult('A', 'failed'));
      await run.record.result(newResult('B', 'passed'));
      expect(await queue.retry(run.id, run.fence, vanished, broken)).toBe(0);
      expect(await open(await start())).toEqual(['A', 'C']);
    });

    it('ends a run that was cancelled, and does not happen while its test waits to be executed again', async () => {
      const { queue, runs } = parts;
      await submit();
      const first = await start(retriedPlan(2, 'A'));
      await first.record.result(newResult('A', 'failed'));
      await queue.retryFailed(first.id, first.fence);
      const second = await start();
      expect(await queue.retryFailed(second.id, second.fence)).toBeUndefined();
      await second.record.result(newResult('A', 'failed'));
      await runs.cancel(first.id);
      await queue.retryFailed(second.id, second.fence);
      expect(await runs.get(first.id)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    });

    it('leaves one outcome in the history of the test, so that a new failure stays new', async () => {
      const { queue, environmentId } = parts;
      const histories = async () =>
        (await createResults(parts).list(run.id)).map(({ attempt, history }) => `${attempt} ${history}`);
      await submit();
      let run = await start(planOf('A'));
      await run.record.result(newResult('A', 'passed'));
      await queue.finish(run.id, run.fence, 'passed');
      await submit();
      run = await start(retriedPlan(2, 'A'));
      for (const status of ['failed', 'failed', 'passed'] as const) {
        await run.record.result(newResult('A', status));
        if ((await queue.retryFailed(run.id, run.fence)) !== undefined) run = await start();
      }
      expect(await histories()).toEqual(['1 .', '2 .', '3 .']);
      const outcomes = await createDurations(parts).outcomes(run.id);
      expect([...outcomes]).toEqual([[':A', '..']]);
      expect(environmentId).toBeGreaterThan(0);
    });
  });

  describe('the rest of a run with too many failures', () => {
    it('is skipped with the reason, but for results that the tests have', async () => {
      const { queue, runs } = parts;
      await submit();
      const run = await start(planOf('F', 'P', 'Unreached', 'Broken'));
      await run.record.result(newResult('F', 'failed'));
      await run.record.result(newResult('P', 'passed'));
      await run.record.result({ ...newResult('Broken', 'broken'), reason: vanished });
      expect(await queue.skipRest(run.id, run.fence, reached)).toBe(1);
      expect(await queue.skipRest(run.id, run.fence, reached)).toBe(0);
      await queue.finish(run.id, run.fence, 'failed');
      expect((await plan(run.id)).map(({ status }) => status)).toEqual([
        'failed',
        'passed',
        'skipped',
        'broken',
      ]);
      expect(await createResults(parts).listLatest(run.id)).toMatchObject([{}, {}, { reason: reached }, {}]);
      await runs.retryFailed(run.id, 'x');
      expect(await open(await start())).toEqual(['F', 'Unreached', 'Broken']);
    });

    it('keeps the earlier results of tests that were to be executed again', async () => {
      const { queue, runs } = parts;
      await submit();
      const first = await start(planOf('A', 'B'));
      for (const test of ['A', 'B']) await first.record.result(newResult(test, 'failed'));
      await queue.finish(first.id, first.fence, 'failed');
      await runs.retryFailed(first.id, 'x');
      const second = await start();
      await second.record.result(newResult('A', 'failed'));
      expect(await queue.skipRest(second.id, second.fence, reached)).toBe(0);
      expect(await queue.counts(first.id)).toMatchObject({ planned: 2, failed: 2, skipped: 0 });
      expect(await results(first.id)).toEqual(['A1 failed', 'A2 failed', 'B1 failed']);
    });
  });
}
