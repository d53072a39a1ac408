import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Status } from '../../src/model/result.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type Comparisons, createComparisons } from '../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createMatrix } from '../../src/store/tables/matrix.ts';
import { createPlans } from '../../src/store/tables/plans.ts';
import { reopenRun } from '../../src/store/tables/reopen-run.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';

/** What the tests of a run do, by name: a status, with the message of a failure behind a colon. */
type Night = Record<string, string>;

/** The comparison of finished runs with the history, for every kind of database. */
export function comparisonsConformance(kind: Kind): void {
  describe('comparisons', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let runs: Runs;
    let queue: Queue;
    let comparisons: Comparisons;
    let environmentId: number;

    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      runs = createRuns({ database });
      queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
      comparisons = createComparisons({ database });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
      environmentId = (await environments.create(newEnvironment('us'))).id;
    });

    const record = async (runId: number, fence: number, night: Night, durations: Record<string, number>) => {
      for (const [test, text] of Object.entries(night)) {
        const [status, message] = text.split(':');
        await queue.recorder(runId, fence).result({
          ...newResult(test, status as Status),
          message,
          durationMs: durations[test] ?? 10_000,
        });
      }
    };
    /** Executes a run, and returns its id. Later attempts execute what they name. */
    const execute = async (
      [first = {}, ...later]: Night[],
      { commit = 'c1', durations = {} }: { commit?: string; durations?: Record<string, number> } = {},
    ) => {
      await runs.insert([
        { environmentId, selection: { ...emptySelection, all: true }, requestedBy: 'test' },
      ]);
      const claim = await claimOne(queue, 'w');
      const { run, fence } = claim as NonNullable<typeof claim>;
      const recorder = queue.recorder(run.id, fence);
      await recorder.commit({ id: commit, subject: commit });
      await recorder.plan(Object.keys(first).map((name) => ({ name, suite: undefined })));
      await record(run.id, fence, first, durations);
      for (const night of later) {
        await database.query('UPDATE run SET attempt = attempt + 1 WHERE id = $1', [run.id]);
        await record(run.id, fence, night, durations);
      }
      await queue.finish(run.id, fence, 'failed');
      return run.id;
    };
    /** Executes tests of a finished run again, as its next attempt. */
    const repeat = async (runId: number, night: Night) => {
      await database.transaction((transaction) => reopenRun(transaction, runId));
      await database.query(
        `UPDATE run SET state = 'running', phase = 'testing', verdict = NULL, finished_at = NULL, attempt = attempt + 1,
           lease_until = now() + interval '1 hour' WHERE id = $1`,
        [runId],
      );
      const [run] = await database.query<{ fence: number }>('SELECT fence FROM run WHERE id = $1', [runId]);
      await record(runId, run?.fence ?? 0, night, {});
      await queue.finish(runId, run?.fence ?? 0, 'passed');
    };
    const compare = async () => {
      const compared: number[] = [];
      for (;;) {
        const id = await comparisons.compareNext(environmentId, runComparer);
        if (id === undefined) return compared;
        compared.push(id);
      }
    };
    /** `<outcome>[~] <classes>` by test. */
    const classesOf = async (runId: number) => {
      const rows = await database.query<{
        test: string;
        outcome: string | null;
        flaky: boolean;
        classes: string;
      }>(
        `SELECT test, outcome, flaky_in_run AS flaky, array_to_string(classes, ' ') AS classes
         FROM planned_test WHERE run_id = $1 ORDER BY position`,
        [runId],
      );
      return Object.fromEntries(
        rows.map(({ test, outcome, flaky, classes }) => [
          test,
          `${outcome}${flaky ? '~' : ''} ${classes}`.trim(),
        ]),
      );
    };
    const history = async (test: string) => {
      const [row] = await database.query<{ runs: string; outcomes: string; causes: number }>(
        `SELECT array_to_string(run_ids, ' ') AS runs, outcomes,
           (SELECT count(*) FROM unnest(causes) AS cause WHERE cause IS NOT NULL) AS causes
         FROM test_outcomes WHERE test = $1`,
        [test],
      );
      return row;
    };
    const day = async (test: string) =>
      (
        await database.query(
          'SELECT passed, failed, flaky, broken, total_ms AS ms FROM test_day WHERE test = $1',
          [test],
        )
      )[0];

    it('tell what is new, known, fixed and flaky', async () => {
      await execute([
        {
          Stays: 'passed',
          Breaks: 'passed',
          Returns: 'failed:one',
          Same: 'failed:same',
          Other: 'failed:one',
        },
      ]);
      const id = await execute([
        {
          Stays: 'passed',
          Breaks: 'failed:two',
          Returns: 'passed',
          Same: 'failed:same',
          Other: 'failed:two',
          First: 'failed:one',
          Shop: 'broken:away',
          Left: 'skipped',
        },
      ]);
      await execute([{ Stays: 'passed', Breaks: 'passed', Returns: 'passed' }]);
      const third = await execute([{ Breaks: 'failed:two', Returns: 'passed' }], { commit: 'c2' });
      const retried = await execute([{ Breaks: 'failed:three' }, { Breaks: 'passed' }], { commit: 'c3' });
      expect(await compare()).toEqual([1, id, 3, third, retried]);
      expect(await classesOf(id)).toEqual({
        Stays: 'passed',
        Breaks: 'failed new',
        Returns: 'passed fixed',
        Same: 'failed known',
        Other: 'failed',
        First: 'failed',
        Shop: 'broken',
        Left: 'skipped',
      });
      expect(await classesOf(third)).toEqual({ Breaks: 'failed new known flaky', Returns: 'passed' });
      expect(await classesOf(retried)).toEqual({ Breaks: 'passed~ fixed flaky' });
      expect(await history('Breaks')).toEqual({ runs: '1 2 3 4 5', outcomes: '.x.x~', causes: 2 });
      expect(await history('Shop')).toBeUndefined();
      const [run] = await database.query('SELECT result_classes FROM run WHERE id = $1', [id]);
      expect(run?.result_classes).toEqual({
        new: 1,
        known: 1,
        fixed: 1,
        flaky: 0,
        slower: 0,
        broken: 1,
        other: 2,
        flakyInRun: 0,
      });
    });

    it('tell what is slower than usual, and not on a slow night', async () => {
      const tests = ['A', 'B', 'C', 'D', 'E', 'F'];
      const night = Object.fromEntries(tests.map((test) => [test, 'passed']));
      const lasting = (factor: number, slowest = 1) =>
        Object.fromEntries(tests.map((test) => [test, 10_000 * factor * (test === 'A' ? slowest : 1)]));
      for (const factor of [1, 1.02, 0.98, 1, 2]) await execute([night], { durations: lasting(factor) });
      const slow = await execute([night], { durations: lasting(2, 2) });
      const usual = await execute([night], { durations: lasting(1, 1.5) });
      await execute([{ ...night, A: 'failed:x' }]);
      const afterFailure = await execute([night], { durations: lasting(1, 2) });
      await execute([night], { durations: lasting(1) });
      const second = await execute([night], { commit: 'c2', durations: lasting(1, 3) });
      await compare();
      expect(await classesOf(5)).toMatchObject({ A: 'passed', B: 'passed' });
      expect(await classesOf(slow)).toMatchObject({ A: 'passed slower', B: 'passed' });
      expect(await classesOf(usual)).toMatchObject({ A: 'passed slower', F: 'passed' });
      const [test] = await database.query(
        `SELECT duration_ms, usual_ms, notable FROM planned_test WHERE run_id = $1 AND test = 'A'`,
        [usual],
      );
      expect(test).toEqual({ duration_ms: 15_000, usual_ms: 10_100, notable: true });
      const [planned] = await createPlans({ database }).list(usual);
      expect(planned).toMatchObject({ test: 'A', usualMs: 10_100 });
      const slower = [slow, usual, afterFailure, second].map((runId) => ({
        ...{ runId, test: 'A', suite: '', outcome: 'passed' as const },
      }));
      const since = await createMatrix({ database }).since(slower);
      expect(since.map(({ runId, first }) => [runId, first.runId, first.commit?.id])).toEqual([
        [slow, slow, 'c1'],
        [usual, slow, 'c1'],
        [afterFailure, slow, 'c1'],
        [second, second, 'c2'],
      ]);
    });

    it('tell since when a test fails', async () => {
      const outcomes = ['failed:x', 'passed', 'failed:x', 'broken', 'failed:y', 'passed', 'failed:x'];
      for (const [index, outcome] of outcomes.entries())
        await execute([{ A: outcome }], { commit: `c${index + 1}` });
      await compare();
      const failed = [1, 3, 5, 7].map((runId) => ({
        ...{ runId, test: 'A', suite: '', outcome: 'failed' as const },
      }));
      const since = await createMatrix({ database }).since([
        ...failed,
        { runId: 5, test: 'B', suite: '', outcome: 'failed' },
      ]);
      expect(since.map(({ runId, first }) => [runId, first.runId, first.commit?.id])).toEqual([
        [1, 1, 'c1'],
        [3, 3, 'c3'],
        [5, 3, 'c3'],
        [7, 7, 'c7'],
      ]);
    });

    it('go by the order of execution, whatever the clocks say', async () => {
      await execute([{ A: 'passed' }]);
      await execute([{ A: 'failed:x' }]);
      await database.query(
        `UPDATE run SET queued_at = queued_at + interval '9 years', started_at = started_at + interval '9 years',
           finished_at = finished_at + interval '9 years' WHERE id = 1`,
      );
      await database.query(`UPDATE result SET started_at = started_at + interval '9 years' WHERE run_id = 1`);
      expect(await compare()).toEqual([1, 2]);
      expect(await classesOf(2)).toEqual({ A: 'failed new' });
    });

    it('replace what they wrote when a run executed tests again', async () => {
      await execute([{ A: 'passed', B: 'passed', C: 'failed:x', D: 'broken' }]);
      const id = await execute([{ A: 'failed:x', B: 'failed:y', C: 'failed:x', D: 'broken' }]);
      await execute([{ A: 'failed:x', B: 'failed:y' }]);
      await compare();
      expect(await classesOf(id)).toEqual({
        A: 'failed new',
        B: 'failed new',
        C: 'failed known',
        D: 'broken',
      });
      expect(await day('A')).toEqual({ passed: 1, failed: 2, flaky: 0, broken: 0, ms: 30_000 });
      await repeat(id, { A: 'passed', C: 'broken:away', D: 'passed' });
      expect(await compare()).toEqual([id]);
      expect(await classesOf(id)).toEqual({
        A: 'passed~ flaky',
        B: 'failed new',
        C: 'broken',
        D: 'passed',
      });
      expect(await history('A')).toEqual({ runs: '1 2 3', outcomes: '.~x', causes: 1 });
      expect(await history('B')).toEqual({ runs: '1 2 3', outcomes: '.xx', causes: 2 });
      expect(await history('C')).toEqual({ runs: '1', outcomes: 'x', causes: 1 });
      expect(await history('D')).toEqual({ runs: '2', outcomes: '.', causes: 0 });
      expect(await day('A')).toEqual({ passed: 2, failed: 1, flaky: 1, broken: 0, ms: 30_000 });
      expect(await day('C')).toEqual({ passed: 0, failed: 1, flaky: 0, broken: 1, ms: 10_000 });
      expect(await day('D')).toEqual({ passed: 1, failed: 0, flaky: 0, broken: 1, ms: 10_000 });
    });

    it('keep the newest forty outcomes, and write nothing of a run that is older than these', async () => {
      const first = await execute([{ A: 'failed:x', B: 'passed' }]);
      for (let count = 0; count < 41; count++) await execute([{ A: 'passed' }]);
      await compare();
      expect(await history('A')).toMatchObject({ outcomes: '.'.repeat(40), causes: 0 });
      await repeat(first, { A: 'passed' });
      await compare();
      expect(await classesOf(first)).toMatchObject({ A: 'passed~ flaky' });
      expect((await history('A'))?.runs.split(' ')).toEqual(
        Array.from({ length: 40 }, (_, index) => String(index + 3)),
      );
    });

    it('compare each run once, also when many try at the same time', async () => {
      for (let count = 0; count < 6; count++) await execute([{ A: 'passed', B: 'failed:x' }]);
      const all = await Promise.all([compare(), compare(), compare()]);
      while (all.flat().length < 6) all.push(await compare());
      expect(all.flat().toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await history('A')).toMatchObject({ runs: '1 2 3 4 5 6' });
      expect(await comparisons.pendingEnvironments()).toEqual([]);
    });

    it('change nothing when they fail, and can leave out a run that always fails', async () => {
      await execute([{ A: 'passed' }]);
      await execute([{ A: 'failed:x' }]);
      const failing = {
        ...runComparer,
        classify: () => {
          throw new Error('no');
        },
      };
      await expect(comparisons.compareNext(environmentId, failing)).rejects.toThrow('no');
      expect(await comparisons.pendingEnvironments()).toEqual([environmentId]);
      expect(await history('A')).toBeUndefined();
      await comparisons.skipNext(environmentId);
      expect(await compare()).toEqual([2]);
      expect(await classesOf(2)).toEqual({ A: 'failed' });
    });

    it('include runs without a plan, which have no classes', async () => {
      const [run] = await runs.insert([{ environmentId, selection: emptySelection, requestedBy: 'test' }]);
      await runs.cancel(run?.id ?? 0);
      expect(await compare()).toEqual([run?.id]);
    });
  });
}
