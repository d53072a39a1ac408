import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { RetentionLimits } from '../../src/model/retention.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createMatrix } from '../../src/store/tables/matrix.ts';
import { createMessages } from '../../src/store/tables/messages.ts';
import { planRetention, runsToRemove } from '../../src/store/tables/retention/plan.ts';
import { beginRemoval, removeTests } from '../../src/store/tables/retention/remove-runs.ts';
import { createRetention } from '../../src/store/tables/retention/retention.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { createTrends } from '../../src/store/tables/trends.ts';
import { removeOld } from '../../src/worker/retention.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

const day = 86_400_000;
const unlimited: RetentionLimits = {
  ...{ filesMs: 0, maxFilesBytes: 0, runsMs: 0, maxResults: 0, auditMs: 0, maxAudit: 0, notesMs: 0 },
  ...{ messagesMs: 0, maxMessages: 0 },
};
/** Each night has two tests; the nights of a year ago have a third one. */
const oldNights = 8;
const recentNights = 12;

/** Removal of runs with their results, for every kind of database. */
export function retentionConformance(kind: Kind): void {
  describe('retention of runs', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let us: number;
    const files = new Map<number, number>();
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      await database.script('DELETE FROM quarantine; DELETE FROM cause_note');
      files.clear();
      const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
      us = (await environments.create(newEnvironment('us'))).id;
      for (let night = oldNights; night > 0; night -= 1) await addNight(365 + night, ['A', 'B', 'Old']);
      for (let night = recentNights; night > 0; night -= 1) await addNight(night, ['A', 'B']);
      await compareAll();
    });

    const artifacts = {
      runs: async () => [...files.keys()].sort((one, other) => one - other),
      list: async (id: number) => [{ path: 'run.log', size: files.get(id) ?? 0 }],
      remove: async (id: number) => files.delete(id),
    };
    const remove = (limits: Partial<RetentionLimits>) =>
      removeOld(
        {
          ...{ artifacts, database, retention: createRetention({ database }) },
          messages: createMessages({ database }),
          limits: { ...unlimited, ...limits },
        },
        new AbortController().signal,
      );
    const plan = (limits: Partial<RetentionLimits>) => planRetention(database, { ...unlimited, ...limits });

    /** A run with files, of a submission of its own. The test `Old` fails, always for the same cause. */
    async function addNight(daysAgo: number, tests: readonly string[]): Promise<number> {
      const selection = `'{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}'`;
      const at = `now() - ${daysAgo} * interval '1 day'`;
      const [run] = await database.query<{ id: number }>(
        `WITH submitted AS (
           INSERT INTO submission (selection, requested_by, created_at, environment_ids, finished_at, verdict)
           VALUES (${selection}, 'test', ${at}, ARRAY[$1::int], ${at}, 'failed') RETURNING id
         )
         INSERT INTO run (environment_id, submission_id, selection, requested_by, state, verdict, attempt, fence, counts, queued_at, started_at,
           finished_at, commit_id, commit_subject)
         SELECT $1::int, id, ${selection}, 'test', 'finished', 'failed', 1, id, $2::jsonb, ${at}, ${at}, ${at}, 'c' || id, 'A commit'
         FROM submitted RETURNING id`,
        [us, JSON.stringify({ planned: tests.length, passed: 1, failed: tests.length - 1 })],
      );
      const id = run?.id ?? 0;
      await database.query(
        `INSERT INTO planned_test (run_id, position, test) SELECT $1, position, test
         FROM unnest($2::text[]) WITH ORDINALITY AS tests (test, position)`,
        [id, tests],
      );
      await database.query(
        `INSERT INTO result (run_id, test, attempt, status, cause, started_at, duration_ms, recorded_at)
         SELECT $1, test, 1, CASE test WHEN 'Old' THEN 'failed' ELSE 'passed' END, CASE test WHEN 'Old' THEN 'cause' END, ${at}, 1000, ${at}
         FROM unnest($2::text[]) AS test`,
        [id, tests],
      );
      files.set(id, 100);
      return id;
    }

    async function compareAll(): Promise<void> {
      const comparisons = createComparisons({ database });
      while ((await comparisons.compareNext(us, runComparer)) !== undefined);
    }

    /** The sums over all time: they must not change. */
    async function sums() {
      const trends = createTrends({ database });
      const [environment] = (
        await trends.byEnvironment(new Date(0), { environmentId: undefined, tests: undefined })
      ).values();
      const [tests] = (
        await trends.byEnvironment(new Date(0), { environmentId: undefined, tests: ['A', 'Old'] })
      ).values();
      return { environment, tests };
    }
    const count = async (table: string) =>
      (await database.query<{ count: number }>(`SELECT count(*) FROM ${table}`))[0]?.count;
    const oldest = () => database.query<{ id: number }>('SELECT id FROM run ORDER BY id LIMIT 1');

    it('leaves the sums, the classes of tests and the first sight of a cause', async () => {
      const before = await sums();
      const [first] = await createMatrix({ database }).causes(['cause'], []);
      expect((await plan({ runsMs: 90 * day })).runs).toMatchObject({
        ...{ total: 20, removed: 8, results: { total: 48, removed: 24 }, stays: [] },
      });
      expect(await remove({ runsMs: 90 * day })).toMatchObject({ runs: 8 });
      expect(await Promise.all(['run', 'submission', 'planned_test', 'result'].map(count))).toEqual([
        12, 12, 24, 24,
      ]);
      expect(files.size).toBe(12);
      expect(await sums()).toEqual(before);
      expect((await createMatrix({ database }).causes(['cause'], []))[0]?.first).toEqual(first?.first);
      const id = await addNight(0, ['Old']);
      await compareAll();
      const classes = await createComparisons({ database }).classes(id);
      expect(classes.get(':Old')).toContain('known');
      expect(await remove({ runsMs: 90 * day })).toMatchObject({ runs: 0, files: 0 });
    });

    it('keeps what is pinned, the newest, and what notes and quarantines need', async () => {
      const [first] = await oldest();
      await createRuns({ database }).pin(first?.id ?? 0, { by: 'ann', reason: 'the audit' });
      await database.query(
        `INSERT INTO cause_note (cause, kind, updated_by) VALUES ('cause', 'test', 'ann')`,
      );
      expect((await plan({ runsMs: day / 2 })).runs).toMatchObject({
        removed: 8,
        stays: expect.arrayContaining([
          { reason: 'pinned', runs: 1 },
          { reason: 'newest', runs: 10 },
          { reason: 'note', runs: 1 },
        ]),
      });
      await database.query(
        `INSERT INTO quarantine (test, causes, owner, reason, created_by, ends_at)
         VALUES ('Old', '{cause}', 'ann', 'flaky', 'ann', now() + interval '1 day')`,
      );
      expect((await plan({ runsMs: day / 2 })).runs.stays).toContainEqual({ reason: 'quarantine', runs: 1 });
      expect(await remove({ runsMs: day / 2 })).toMatchObject({ runs: 8 });
      expect((await oldest())[0]).toEqual(first);
      expect(await count('run')).toBe(12);
    });

    it('chooses exactly what is beyond the limits and nothing needs, whatever is pinned, noted and quarantined', async () => {
      const rows = await database.query<{ id: number }>('SELECT id FROM run ORDER BY id');
      const ids = rows.map(({ id }) => id);
      const causes = ['c1', 'c2', 'c3'];
      const index = fc.nat(ids.length - 1);
      const scenario = fc.record({
        failures: fc.array(
          fc.record({ run: index, test: fc.constantFrom('A', 'B'), cause: fc.constantFrom(...causes) }),
          // Most causes have several failures beyond the limits.
          { minLength: 12, maxLength: 30 },
        ),
        pinned: fc.uniqueArray(index, { maxLength: 3 }),
        noted: fc.subarray(causes),
        quarantined: fc.uniqueArray(
          fc.record({
            test: fc.constantFrom('A', 'B'),
            causes: fc.subarray(causes, { minLength: 1 }),
            isActive: fc.boolean(),
          }),
          { minLength: 1, maxLength: 2, selector: ({ test }) => test },
        ),
        // Of 48 results: 24 of a year ago, each night with 3.
        maxResults: fc.constantFrom(0, 7, 20, 31, 40),
        keepDays: fc.constantFrom(0, 5.5, 90, 369.5),
      });
      await fc.assert(
        fc.asyncProperty(scenario, async ({ failures, pinned, noted, quarantined, maxResults, keepDays }) => {
          await database.script(`UPDATE run SET pinned_at = NULL; DELETE FROM quarantine; DELETE FROM cause_note;
            UPDATE result SET status = 'passed', cause = NULL WHERE test <> 'Old'`);
          const causeOf = new Map(failures.map(({ run, test, cause }) => [`${run} ${test}`, cause]));
          for (const [key, cause] of causeOf) {
            const [run, test] = key.split(' ');
            const set = `UPDATE result SET status = 'failed', cause = $3 WHERE run_id = $1 AND test = $2`;
            await database.query(set, [ids[Number(run)], test, cause]);
          }
          const runs = createRuns({ database });
          for (const run of pinned) await runs.pin(ids[run] as number, { by: 'ann', reason: '' });
          for (const cause of noted)
            await database.query(
              `INSERT INTO cause_note (cause, kind, updated_by) VALUES ($1, 'test', 'ann')`,
              [cause],
            );
          for (const { test, causes, isActive } of quarantined)
            await database.query(
              `INSERT INTO quarantine (test, causes, owner, reason, created_by, ends_at, ended_at)
               VALUES ($1, $2, 'ann', 'flaky', 'ann', now() + interval '1 day', CASE WHEN $3 THEN NULL ELSE now() END)`,
              [test, causes, isActive],
            );

          const newestWith = (matches: (test: string, cause: string) => boolean) =>
            ids.findLastIndex((_, run) =>
              ['A', 'B'].some((test) => {
                const cause = causeOf.get(`${run} ${test}`);
                return cause !== undefined && matches(test, cause);
              }),
            );
          const needed = new Set([
            ...pinned,
            ...[...ids.keys()].filter((run) => run >= ids.length - 10),
            ...noted.map((noted) => newestWith((_, cause) => cause === noted)),
            ...quarantined.map((each) =>
              each.isActive
                ? newestWith((test, cause) => test === each.test && each.causes.includes(cause))
                : -1,
            ),
          ]);
          const isBeyond = (run: number) => {
            const isOld = run < oldNights;
            const daysAgo = isOld ? 365 + oldNights - run : ids.length - run;
            const newer = isOld ? 2 * recentNights + 3 * (oldNights - run) : 2 * (ids.length - run);
            return (keepDays > 0 && daysAgo > keepDays) || (maxResults > 0 && newer > maxResults);
          };
          const limits = { ...unlimited, runsMs: keepDays * day, maxResults };
          expect(await runsToRemove(database, limits, 1_000)).toEqual(
            ids.filter((_, run) => isBeyond(run) && !needed.has(run)),
          );
        }),
        { numRuns: 25 },
      );
    });

    it('removes the oldest beyond a number of results or a size of files', async () => {
      expect((await plan({ maxResults: 30 })).runs).toMatchObject({ removed: 6 });
      expect(await remove({ maxResults: 30 })).toMatchObject({ runs: 6 });
      expect(await plan({ maxFilesBytes: 1_000 })).toMatchObject({ files: { total: 14, removed: 4 } });
      expect(await remove({ maxFilesBytes: 1_000 })).toMatchObject({ runs: 0, files: 4 });
      expect(await plan({ maxFilesBytes: 500 })).toMatchObject({
        files: { total: 10, removed: 5, bytes: { total: 1_000, removed: 500 }, unmeasured: 0 },
      });
      expect(await count('run')).toBe(14);
    });

    it('hides a run at once, and continues after an interruption', async () => {
      const before = await sums();
      const [first] = await oldest();
      const id = first?.id ?? 0;
      expect(await beginRemoval(database, [id])).toEqual([id]);
      expect(await removeTests(database, id, 2)).toBe(2);
      expect(await sums()).toEqual(before);
      await expect(createRuns({ database }).get(id)).rejects.toMatchObject({
        code: 'RUN_UNKNOWN',
        message: expect.stringContaining('was removed by retention on 20'),
      });
      expect(await remove({})).toMatchObject({ runs: 1 });
      expect(await sums()).toEqual(before);
      expect(files.has(id)).toBe(false);
      expect(await count('run')).toBe(19);
      // A host brings files of it back.
      files.set(id, 1);
      expect(await remove({ runsMs: 10_000 * day })).toMatchObject({ runs: 0, files: 1 });
      expect(files.has(id)).toBe(false);
    });
  });
}
