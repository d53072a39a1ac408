import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Status } from '../../src/model/result.ts';
import { emptySelection, withoutEmptyLists } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { createDurations } from '../../src/store/tables/durations.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createOverview } from '../../src/store/tables/overview.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';

/** Expected durations of tests, for every kind of database. */
export function durationsConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  /** Claims, plans and records a run of one test; returns its id. */
  async function execute(environmentId: number, durationMs?: number, status: Status = 'passed') {
    const { database } = testDatabase;
    const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    const [run] = await createRuns({ database }).insert([
      { environmentId, selection: emptySelection, requestedBy: 'test' },
    ]);
    const { fence = 0 } = (await claimOne(queue, 'w')) ?? {};
    const id = run?.id ?? 0;
    const record = queue.recorder(id, fence);
    await record.plan([{ name: 'A', suite: undefined }]);
    if (durationMs !== undefined) {
      const result = { ...newResult('A', status), durationMs };
      await record.result(result);
      // A repeated call does not count twice.
      await record.result(result);
    }
    await queue.finish(id, fence, 'passed');
    return id;
  }
  const create = async (code: string) => {
    const secrets = createSecretBox(randomBytes(32));
    return (
      await createEnvironments({ database: testDatabase.database, secrets }).create(newEnvironment(code))
    ).id;
  };
  const expected = async (runId: number) =>
    (await createDurations(testDatabase).expected(runId)).map(({ test, expectedMs }) => [test, expectedMs]);

  describe('expected durations', () => {
    it('are the mean of the last five completed executions', async () => {
      const a = await create('a');
      for (const ms of [9_000, 100, 200, 300, 400]) await execute(a, ms);
      await execute(a, 500, 'failed');
      await execute(a, 7_000, 'broken');
      expect(await expected(await execute(a))).toEqual([['A', 300]]);
    });

    it('are those of the environment, else of the environment of the last execution, else none', async () => {
      const [a, b, c] = [await create('a'), await create('b'), await create('c')];
      expect(await expected(await execute(a))).toEqual([]);
      await execute(a, 100);
      await execute(b, 200);
      expect(await expected(await execute(a))).toEqual([['A', 100]]);
      expect(await expected(await execute(c))).toEqual([['A', 200]]);
    });
  });
  describe('the estimate of a run', () => {
    const tests = (...names: string[]) => names.map((name) => ({ name, suite: undefined }));
    const other = { ...emptySelection, groups: ['smoke'] };
    const estimate = (id: number, selection = other, planned = tests('A')) =>
      createDurations(testDatabase).estimate({ id, slots: 1 }, { selection, tests: planned });
    /** Makes the times of a run exact: 8 s until its first test, 1 s after its last. */
    const setTimes = (id: number) =>
      testDatabase.database.query(
        `UPDATE run SET started_at = first_at - interval '8 seconds',
           finished_at = first_at + ms * interval '1 millisecond' + interval '1 second'
         FROM (SELECT min(started_at) AS first_at, sum(duration_ms) AS ms FROM result WHERE run_id = $1) AS tests
         WHERE id = $1`,
        [id],
      );

    it('is unknown where none of its tests ever ran', async () => {
      const a = await create('a');
      expect(await estimate(a)).toBeUndefined();
      await setTimes(await execute(a, 4_000));
      expect(await estimate(a, other, tests('B'))).toBeUndefined();
    });

    it('adds to the durations of the tests what the last runs of the environment took besides', async () => {
      const [a, b] = [await create('a'), await create('b')];
      await setTimes(await execute(a, 4_000));
      expect(await estimate(a)).toBe(8_000 + 4_000 + 1_000);
      expect(await estimate(a, other, tests('A', 'B'))).toBe(8_000 + 2 * 4_000 + 1_000);
      // An environment without runs counts as the others.
      expect(await estimate(b)).toBe(8_000 + 4_000 + 1_000);
    });

    it('is the mean of runs with the same selection, which is what queued runs show', async () => {
      const [a, b] = [await create('a'), await create('b')];
      await setTimes(await execute(a, 4_000));
      await setTimes(await execute(a, 6_000));
      expect(await estimate(a, emptySelection, tests('A', 'B', 'C'))).toBe(14_000);
      expect(await estimate(b, emptySelection)).toBe(14_000);
      // As runs from before there were patterns have it.
      const request = withoutEmptyLists({ ...emptySelection, patterns: [], severities: [], modules: [] });
      expect(await estimate(a, request, tests('A', 'B', 'C'))).toBe(14_000);
      const { database } = testDatabase;
      await createRuns({ database }).insert([
        { environmentId: a, selection: emptySelection, requestedBy: 'test' },
      ]);
      const [queued] = await createOverview({ database }).waitingRuns(1);
      expect(queued?.expectedMs).toBe(14_000);
    });
  });
  describe('statistics of tests', () => {
    it('summarise recent outcomes of a test on all environments', async () => {
      const [a, b] = [await create('a'), await create('b')];
      for (const status of ['passed', 'failed', 'failed', 'passed', 'broken'] as const) {
        await execute(a, 100, status);
      }
      await execute(b, 300, 'failed');
      const [metrics, ...others] = await createDurations(testDatabase).statistics();
      expect(others).toEqual([]);
      expect(metrics).toMatchObject({ test: 'A', passing: 1, failing: 1, pairs: 3, changes: 2, meanMs: 200 });
      expect(metrics?.lastAt).toBeInstanceOf(Date);
    });

    it('omit removed environments, and are empty at first', async () => {
      expect(await createDurations(testDatabase).statistics()).toEqual([]);
      const a = await create('a');
      await execute(a, 100);
      const secrets = createSecretBox(randomBytes(32));
      await createEnvironments({ database: testDatabase.database, secrets }).remove(a);
      expect(await createDurations(testDatabase).statistics()).toEqual([]);
    });
  });
}
