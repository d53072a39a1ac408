import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createTrends, type Trends } from '../../src/store/tables/trends.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

/** Sums over days, for every kind of database. */
export function trendsConformance(kind: Kind): void {
  describe('trends', () => {
    let testDatabase: TestDatabase;
    let trends: Trends;
    let us: number;
    let es: number;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      trends = createTrends({ database: testDatabase.database });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      const environments = createEnvironments({
        database: testDatabase.database,
        secrets: createSecretBox(randomBytes(32)),
      });
      us = (await environments.create(newEnvironment('us'))).id;
      es = (await environments.create(newEnvironment('es'))).id;
    });

    /** A finished run that waited a minute and took ten, at noon of a day in November. */
    const addRun = (day: number, environmentId: number, counts: Record<string, number>, verdict = 'failed') =>
      testDatabase.database.query(
        `INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, counts, queued_at, started_at, finished_at)
         SELECT $1, '{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}', 'test', 'finished', $2, 1, $3::jsonb, at,
           at + interval '1 minute', at + interval '11 minutes'
         FROM (SELECT make_timestamptz(2026, 11, $4::int, 12, 0, 0, 'UTC') AS at) AS noon`,
        [environmentId, verdict, JSON.stringify(counts), day],
      );
    const addDay = (day: number, environmentId: number, test: string, sums: Partial<Sums> = {}) => {
      const { passed = 0, failed = 0, flaky = 0, totalMs = 0 } = sums;
      return testDatabase.database.query(
        `INSERT INTO test_day (day, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
         VALUES (make_date(2026, 11, $1::int), $2, $3, '', $4, $5, $6, 0, $7)`,
        [day, environmentId, test, passed, failed, flaky, totalMs],
      );
    };
    interface Sums {
      passed: number;
      failed: number;
      flaky: number;
      totalMs: number;
    }
    const november = (day: number) => new Date(Date.UTC(2026, 10, day, 15));
    const all = { environmentId: undefined, tests: undefined };

    it('sum up finished runs by day and by environment, without cancelled ones', async () => {
      await addRun(1, us, { passed: 1, failed: 0 });
      await addRun(2, us, { passed: 8, failed: 2, broken: 1 });
      await addRun(2, es, { passed: 9, failed: 1 });
      await addRun(3, es, { passed: 3 }, 'cancelled');
      const minute = 60_000;
      expect(await trends.byDay(november(2), all)).toEqual(
        new Map([
          [
            '2026-11-02',
            {
              ...{ passed: 17, failed: 3, broken: 1, flaky: 0, totalMs: undefined },
              ...{ runs: 2, waitingMs: 2 * minute, durationMs: 20 * minute },
            },
          ],
        ]),
      );
      expect([...(await trends.byDay(november(1), all)).keys()]).toEqual(['2026-11-01', '2026-11-02']);
      const byEnvironment = await trends.byEnvironment(november(1), all);
      expect(byEnvironment.get(us)).toMatchObject({ passed: 9, runs: 2 });
      expect(byEnvironment.get(es)).toMatchObject({ passed: 9, runs: 1 });
      const ofUs = await trends.byDay(november(2), { ...all, environmentId: us });
      expect(ofUs.get('2026-11-02')).toMatchObject({ passed: 8, runs: 1 });
    });

    it('sum up some tests only, with the runs of their days', async () => {
      await addRun(2, us, { passed: 8, failed: 2 });
      await addDay(2, us, 'A', { passed: 1, flaky: 1, totalMs: 4_000 });
      await addDay(2, us, 'B', { failed: 1, totalMs: 6_000 });
      await addDay(2, us, 'Other', { passed: 7, totalMs: 70_000 });
      const sums = await trends.byDay(november(1), { ...all, tests: ['A', 'B'] });
      expect(sums.get('2026-11-02')).toMatchObject({
        ...{ passed: 1, failed: 1, flaky: 1, totalMs: 10_000, runs: 1, waitingMs: 60_000 },
      });
      expect(await trends.byDay(november(1), { ...all, tests: [] })).toEqual(new Map());
    });

    it('compare the first with the last part of the time, on environments with both', async () => {
      const times = {
        ...{ since: november(1), firstUntil: november(8), lastFrom: november(22), longTerm: november(1) },
      };
      await addDay(2, us, 'Grows', { passed: 3, totalMs: 30_000 });
      await addDay(25, us, 'Grows', { passed: 4, totalMs: 80_000 });
      // An environment that was added, where everything takes longer.
      await addDay(25, es, 'Grows', { passed: 4, totalMs: 800_000 });
      await addDay(2, us, 'Rare', { passed: 1, totalMs: 1_000 });
      await addDay(25, us, 'Rare', { passed: 1, failed: 1, totalMs: 9_000 });
      const [grows, rare] = await trends.tests(times, all);
      expect(grows).toMatchObject({ test: 'Grows', suite: undefined, executions: 11, totalMs: 910_000 });
      expect(grows).toMatchObject({ beforeMs: 10_000, afterMs: 20_000 });
      expect(rare).toMatchObject({ test: 'Rare', beforeMs: undefined, afterMs: undefined, failed: 1 });
    });

    it('count failures over a longer time than the other sums', async () => {
      const times = {
        ...{ since: november(20), firstUntil: november(22), lastFrom: november(28), longTerm: november(1) },
      };
      await addDay(2, us, 'OnceFlaky', { passed: 1, flaky: 1, totalMs: 5_000 });
      await addDay(25, us, 'OnceFlaky', { passed: 2, totalMs: 10_000 });
      await addDay(25, us, 'Good', { passed: 2, totalMs: 10_000 });
      const [good, flaky] = await trends.tests(times, all);
      expect(good).toMatchObject({ test: 'Good', failuresLongTerm: 0, executionsLongTerm: 2 });
      expect(flaky).toMatchObject({ executions: 2, flaky: 0, failuresLongTerm: 1, executionsLongTerm: 3 });
      expect(flaky?.totalMsLongTerm).toBe(15_000);
    });
  });
}
