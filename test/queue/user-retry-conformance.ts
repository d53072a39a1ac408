import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createDurations } from '../../src/store/tables/durations.ts';
import { createEvents } from '../../src/store/tables/events.ts';
import { createOverview } from '../../src/store/tables/overview.ts';
import { claimOne } from '../support/claim.ts';
import type { Kind } from '../support/database.ts';
import { newResult } from '../support/samples.ts';
import { planOf, retriedRuns } from './retried-runs.ts';

const lost: Reason = { code: 'LOCK_LOST', message: 'Another owner has it.' };
const interruption = { outcome: 'handed-back', limit: 1, pauseMs: 0 } as const;

/** Another attempt that a user requests for a finished run, for every kind of database. */
export function userRetryConformance(kind: Kind): void {
  const { parts, submit, start, finished, open, results, plan, expireLease } = retriedRuns(kind);

  describe('a retry by a user', () => {
    it('executes what did not succeed again in the same run, and the last attempt decides', async () => {
      const { runs, queue } = parts;
      const { id } = await finished({ P: 'passed', F: 'failed', B: 'broken', S: 'skipped' });
      const before = await runs.get(id);
      const queued = await runs.retryFailed(id, 'anna');
      expect(queued).toMatchObject({
        ...{ id, state: 'queued', attempt: 1, retriedAfter: 1, requestedBy: 'test' },
        ...{ verdict: undefined, startedAt: undefined, finishedAt: undefined, retryOf: undefined },
        counts: { planned: 4, passed: 1, failed: 0, broken: 0, skipped: 1, flaky: 0 },
      });
      expect(queued.queuedAt.getTime()).toBeGreaterThan(before.queuedAt.getTime());
      expect((await plan(id)).map(({ test, status, repeats }) => [test, status, repeats])).toEqual([
        ...[
          ['P', 'passed', false],
          ['F', undefined, true],
        ],
        ...[
          ['B', undefined, true],
          ['S', 'skipped', false],
        ],
      ]);
      const second = await start();
      expect(second).toMatchObject({ id, attempt: 2 });
      expect(await open(second)).toEqual(['F', 'B']);
      await second.record.result(newResult('F', 'passed'));
      await second.record.result(newResult('B', 'passed'));
      await queue.finish(id, second.fence, 'passed');
      expect(await runs.get(id)).toMatchObject({
        ...{ state: 'finished', verdict: 'passed' },
        counts: { planned: 4, passed: 3, failed: 0, broken: 0, skipped: 1, flaky: 1 },
      });
      expect((await plan(id)).map(({ test, flaky }) => [test, flaky])).toEqual([
        ...[
          ['P', false],
          ['F', true],
        ],
        ...[
          ['B', false],
          ['S', false],
        ],
      ]);
      expect(await results(id)).toEqual([
        ...['P1 passed', 'F1 failed', 'F2 passed'],
        ...['B1 broken', 'B2 passed', 'S1 skipped'],
      ]);
      expect(await createEvents(parts).list(id)).toMatchObject([
        { code: 'RETRIED_BY_USER', message: '2 tests are executed again, as requested by anna.' },
      ]);
      await expect(runs.retryFailed(id, 'anna')).rejects.toMatchObject({ code: 'NOTHING_TO_RETRY' });
    });

    it('executes the tests without a result of a cancelled run, and all when it never had a plan', async () => {
      const { runs, queue } = parts;
      await submit();
      const first = await start(planOf('A', 'B'));
      await first.record.result(newResult('A', 'passed'));
      await runs.cancel(first.id);
      await queue.requeue(first.id, first.fence);
      expect(await runs.get(first.id)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
      expect(await runs.retryFailed(first.id, 'x')).toMatchObject({ cancelRequested: false });
      const second = await start();
      expect(await open(second)).toEqual(['B']);
      await queue.finish(second.id, second.fence, 'cancelled');

      const unstarted = await submit();
      await runs.cancel(unstarted);
      expect(await runs.retryFailed(unstarted, 'x')).toMatchObject({ state: 'queued', attempt: 0 });
      expect(await start(planOf('A'))).toMatchObject({ id: unstarted, attempt: 1 });
    });

    it('keeps the earlier results of tests that a cancelled attempt did not execute', async () => {
      const { runs, queue } = parts;
      const { id } = await finished({ A: 'failed', B: 'failed' });
      await runs.retryFailed(id, 'x');
      const second = await start();
      await second.record.result(newResult('A', 'passed'));
      await queue.finish(id, second.fence, 'cancelled');
      expect((await runs.get(id)).counts).toMatchObject({ passed: 1, failed: 1, flaky: 1 });
      expect((await plan(id)).map(({ status }) => status)).toEqual(['passed', 'failed']);
      await runs.retryFailed(id, 'x');
      expect(await open(await start())).toEqual(['B']);
    });

    it('is refused unless the run is finished: of two users at once, one succeeds', async () => {
      const { runs } = parts;
      const { id } = await finished({ A: 'failed' });
      const both = await Promise.allSettled([runs.retryFailed(id, 'x'), runs.retryFailed(id, 'y')]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'RUN_NOT_FINISHED' },
      });
      expect((await createEvents(parts).list(id)).length).toBe(1);
      await start();
      await expect(runs.retryFailed(id, 'x')).rejects.toMatchObject({ code: 'RUN_NOT_FINISHED' });
      await expect(runs.retryFailed(id + 1, 'x')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
    });

    it('is refused when the environment or the files of the run were removed; a paused environment waits', async () => {
      const { runs, database, environments, environmentId } = parts;
      const { id } = await finished({ A: 'failed' });
      await database.query('UPDATE run SET files_removed_at = now() WHERE id = $1', [id]);
      await expect(runs.retryFailed(id, 'x')).rejects.toMatchObject({ code: 'FILES_REMOVED' });
      await database.query('UPDATE run SET files_removed_at = NULL');
      await database.query('UPDATE environment SET removed_at = now()');
      await expect(runs.retryFailed(id, 'x')).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
      await database.query('UPDATE environment SET removed_at = NULL');
      expect(await runs.get(id)).toMatchObject({ state: 'finished', verdict: 'failed', retriedAfter: 0 });

      await environments.pause(environmentId, 'maintenance');
      await runs.retryFailed(id, 'x');
      expect(await claimOne(parts.queue, 'w')).toBeUndefined();
      await environments.resume(environmentId);
      expect(await start()).toMatchObject({ id, attempt: 2 });
    });

    it('waits behind runs of other environments that were queued before, and is the head of its own queue', async () => {
      const { runs, database, environments, queue, environmentId } = parts;
      const { id } = await finished({ A: 'failed' });
      const other = await environments.create({ ...(await environments.get('a')), code: 'b' });
      await database.query(`UPDATE run SET queued_at = now() - interval '3 days'`);
      await runs.insert(
        [other.id, environmentId].map((environmentId) => ({
          ...{ environmentId, requestedBy: 'test' },
          selection: { ...emptySelection, all: true },
        })),
      );
      await database.query(
        `UPDATE run SET queued_at = now() - interval '2 minutes' WHERE environment_id = $1`,
        [other.id],
      );
      await runs.retryFailed(id, 'x');
      expect((await claimOne(queue, 'w'))?.environment.code).toBe('b');
      expect((await claimOne(queue, 'w'))?.run.id).toBe(id);
      const [waiting] = [...(await createOverview(parts).queues()).values()];
      expect(waiting?.oldestMs ?? 0).toBeLessThan(60_000);
    });

    it('counts interruptions and retries after transient faults anew', async () => {
      const { runs, queue } = parts;
      await submit();
      const tests = planOf('A');
      const first = await start(tests);
      expect(await queue.retry(first.id, first.fence, lost, interruption)).toBe(0);
      const second = await start();
      expect(await queue.retry(second.id, second.fence, lost, interruption)).toBeUndefined();
      await queue.finish(second.id, second.fence, 'broken', lost);
      await runs.retryFailed(first.id, 'x');
      const third = await start();
      expect(await queue.retry(third.id, third.fence, lost, interruption)).toBe(0);
      const fourth = await start();
      await expireLease(fourth.id);
      expect(await queue.requeueExpired({ maxAttempts: 2 })).toMatchObject([
        { state: 'finished', verdict: 'broken', reason: { code: 'WORKER_LOST' } },
      ]);
      expect((await createAttempts(parts).list(first.id)).map(({ outcome }) => outcome)).toEqual([
        ...['handed-back', 'broken'],
        ...['handed-back', 'lost'],
      ]);
    });

    it('undoes a claim without losing the retry', async () => {
      const { runs, queue } = parts;
      const { id } = await finished({ A: 'failed' });
      await runs.retryFailed(id, 'x');
      const second = await start();
      await queue.unclaim(id, second.fence);
      expect(await runs.get(id)).toMatchObject({ state: 'queued', attempt: 1, startedAt: undefined });
      expect(await open(await start())).toEqual(['A']);
    });

    it('invariant 5: refuses results and ends of the worker of an attempt before it', async () => {
      const { runs, queue } = parts;
      await submit();
      const first = await start(planOf('A', 'B'));
      await first.record.result(newResult('A', 'failed'));
      await expireLease(first.id);
      await queue.requeueExpired({ maxAttempts: 1 });
      await runs.retryFailed(first.id, 'x');
      const late = [newResult('A', 'passed'), newResult('B', 'passed')];
      expect(await queue.recordSpooled({ runId: first.id, fence: first.fence }, late)).toBe('stale');
      for (const write of [
        () => first.record.result(newResult('B', 'passed')),
        () => queue.finish(first.id, first.fence, 'passed'),
        () => queue.retryFailed(first.id, first.fence),
        () => queue.skipRest(first.id, first.fence, lost),
      ]) {
        await expect(write()).rejects.toMatchObject({ code: 'STALE_FENCE' });
      }
      const second = await start();
      expect(await open(second)).toEqual(['A', 'B']);
      await second.record.result(newResult('A', 'passed'));
      await expireLease(second.id);
      expect(
        await queue.recordSpooled({ runId: second.id, fence: second.fence }, [newResult('B', 'failed')]),
      ).toBe('written');
      expect(await results(first.id)).toEqual(['A1 failed', 'A2 passed', 'B2 failed']);
    });

    it('leaves the estimates of other runs as they were', async () => {
      const { runs, database, queue, environmentId } = parts;
      const selection = { ...emptySelection, all: true };
      const { id } = await finished({ A: 'failed', B: 'passed' });
      await database.query(
        `UPDATE run SET started_at = finished_at - interval '100 seconds', selection = $1::jsonb`,
        [JSON.stringify(selection)],
      );
      const durations = createDurations(parts);
      const estimate = () => durations.estimate({ id: environmentId, slots: 1 }, { selection, tests: [] });
      expect(await estimate()).toBe(100_000);
      await database.query(
        `INSERT INTO run (environment_id, selection, requested_by, state, verdict, started_at, finished_at, attempt)
         SELECT environment_id, selection, 'x', 'finished', 'passed', now() - interval '100 seconds', now(), 1 FROM run`,
      );
      await runs.retryFailed(id, 'x');
      const second = await start();
      await second.record.result(newResult('A', 'passed'));
      await queue.finish(id, second.fence, 'passed');
      expect(await estimate()).toBe(100_000);
      const { startedAt, finishedAt } = await runs.get(id);
      expect((finishedAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0)).toBeLessThan(60_000);
    });
  });
}
