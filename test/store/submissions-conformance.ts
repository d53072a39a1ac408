import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Verdict } from '../../src/model/run.ts';
import { emptySelection, type Selection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate, readMigrations } from '../../src/store/database/migrate.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { finishSubmissions } from '../../src/store/tables/finish-submissions.ts';
import { addMissingSubmissions } from '../../src/store/tables/missing-submissions.ts';
import { reopenRun } from '../../src/store/tables/reopen-run.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { createSchedules } from '../../src/store/tables/schedules.ts';
import { createSubmissions, type Submissions } from '../../src/store/tables/submissions.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

const smoke: Selection = { ...emptySelection, groups: ['smoke'] };

/** The behaviour of submissions, for every kind of database. */
export function submissionsConformance(kind: Kind): void {
  describe('submissions', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let runs: Runs;
    let queue: Queue;
    let submissions: Submissions;
    let us: Environment;
    let es: Environment;

    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      runs = createRuns({ database });
      queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
      submissions = createSubmissions({ database });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
      us = await environments.create(newEnvironment('us'));
      es = await environments.create(newEnvironment('es'));
    });

    /** Submits a selection; returns the id of the submission. */
    const submit = async (
      on: Environment[],
      { selection = smoke, scheduleId }: { selection?: Selection; scheduleId?: number } = {},
    ) => {
      const [run] = await runs.insert(
        on.map(({ id }) => ({
          environmentId: id,
          selection,
          requestedBy: 'cli:ann',
          ...(scheduleId !== undefined && { scheduleId }),
        })),
        undefined,
        scheduleId === undefined ? {} : { name: 'nightly' },
      );
      return run?.submissionId ?? 0;
    };
    /** Compares the runs that are finished; returns the submissions that are finished by that. */
    const finish = async () => {
      const comparisons = createComparisons({ database });
      for (const environmentId of await comparisons.pendingEnvironments())
        while ((await comparisons.compareNext(environmentId, runComparer)) !== undefined);
      return finishSubmissions(database);
    };
    /** Executes all queued runs. */
    const execute = async (verdict: Verdict = 'passed') => {
      for (;;) {
        const claim = await claimOne(queue, 'w');
        if (!claim) break;
        await queue.finish(claim.run.id, claim.fence, verdict);
      }
    };
    const finished = async (options: Parameters<typeof submit>[1] = {}, verdict: Verdict = 'passed') => {
      const id = await submit([us, es], options);
      await execute(verdict);
      await finish();
      return id;
    };
    const addSchedule = async () => {
      const schedule = await createSchedules({ database }).create({
        name: 'nightly',
        cron: '0 2 * * *',
        zone: 'UTC',
        dayRule: 'vixie',
        selection: smoke,
        priority: 0,
        overlap: 'skip',
        missed: 'once',
        catchUpMinutes: 60,
        environmentIds: [us.id, es.id],
        nextAt: new Date('2030-01-01T02:00:00Z'),
        createdBy: 'test',
      });
      return schedule.id;
    };
    const stored = async (id: number) =>
      (await database.query('SELECT verdict, finished_at FROM submission WHERE id = $1', [id]))[0];

    it('are added for runs that older processes inserted, one for each request', async () => {
      const scheduleId = await addSchedule();
      const first = await submit([us, es], { scheduleId });
      const second = await submit([us]);
      await database.script('UPDATE run SET submission_id = NULL; DELETE FROM submission;');
      const [some, none] = await Promise.all([
        addMissingSubmissions(database),
        addMissingSubmissions(database),
      ]);
      expect([...some, ...none]).toHaveLength(3);
      expect(await addMissingSubmissions(database)).toEqual([]);
      const [newest, oldest] = await submissions.list({ limit: 5 });
      expect(oldest).toMatchObject({ name: 'nightly', schedule: 'nightly', requestedBy: 'cli:ann' });
      expect(oldest?.runs.map(({ environmentCode }) => environmentCode)).toEqual(['es', 'us']);
      expect(newest?.runs).toHaveLength(1);
      expect([first, second]).not.toContain(newest?.id);
      await execute();
      expect(await finish()).toHaveLength(2);
    });

    it('have the runs that were inserted together, ordered by the codes of their environments', async () => {
      const id = await submit([us, es]);
      const other = await submit([us]);
      const submission = await submissions.get(id);
      expect(submission).toMatchObject({ id, selection: smoke, requestedBy: 'cli:ann' });
      expect(submission.runs.map(({ environmentCode, state }) => [environmentCode, state])).toEqual([
        ['es', 'queued'],
        ['us', 'queued'],
      ]);
      expect((await submissions.list({ limit: 5 })).map(({ id }) => id)).toEqual([other, id]);
      expect((await submissions.list({ limit: 5, before: other })).map(({ id }) => id)).toEqual([id]);
      await expect(submissions.get(99)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' });
    });

    it('are not inserted when a run of them cannot be', async () => {
      await expect(
        runs.insert(
          [us.id, 99].map((environmentId) => ({ environmentId, selection: smoke, requestedBy: 'x' })),
        ),
      ).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
      expect(await submissions.list({ limit: 5 })).toEqual([]);
    });

    it.each([
      [['passed', 'passed'], 'passed'],
      [['passed', 'cancelled'], 'cancelled'],
      [['cancelled', 'failed'], 'failed'],
      [['failed', 'broken'], 'broken'],
    ] as [Verdict[], Verdict][])(
      'with runs that %j are %s once the last run is finished',
      async (of, all) => {
        const id = await submit([us, es]);
        for (const verdict of of) {
          expect(await finish()).toEqual([]);
          expect(await stored(id)).toEqual({ verdict: null, finished_at: null });
          const claim = await claimOne(queue, 'w');
          await queue.finish(claim?.run.id ?? 0, claim?.fence ?? 0, verdict);
        }
        expect(await finish()).toEqual([id]);
        expect(await finish()).toEqual([]);
        const last = (await submissions.get(id)).runs.map(({ finishedAt }) => finishedAt?.getTime() ?? 0);
        expect(await stored(id)).toEqual({ verdict: all, finished_at: new Date(Math.max(...last)) });
        expect((await submissions.list({ finished: true, limit: 5 })).map((each) => each.id)).toEqual([id]);
        expect(await submissions.list({ finished: false, limit: 5 })).toEqual([]);
      },
    );

    it('are not finished while one of their runs executes tests again', async () => {
      const id = await finished({}, 'failed');
      const [run] = (await submissions.get(id)).runs;
      await database.transaction(async (transaction) => {
        await reopenRun(transaction, run?.id ?? 0);
        await transaction.query(
          `UPDATE run SET state = 'queued', verdict = NULL, finished_at = NULL WHERE id = $1`,
          [run?.id],
        );
      });
      expect(await stored(id)).toEqual({ verdict: null, finished_at: null });
      expect(await finish()).toEqual([]);
      await execute();
      expect(await finish()).toEqual([id]);
      expect(await stored(id)).toMatchObject({ verdict: 'failed' });
    });

    it('are compared with the newest finished one of their schedule, else with their selection', async () => {
      const scheduleId = await addSchedule();
      const byHand = await finished();
      const first = await finished({ scheduleId });
      expect(await submissions.related(first)).toMatchObject({
        reference: { id: byHand },
        previous: undefined,
      });
      const second = await finished({ scheduleId, selection: { ...smoke, groups: ['all'] } });
      await finished();
      await finished({ scheduleId }, 'cancelled');
      const open = await submit([us, es], { scheduleId });
      const last = await submit([us, es], { scheduleId });
      expect(await submissions.related(last)).toMatchObject({
        reference: { id: second, verdict: 'passed' },
        previous: open,
        next: undefined,
      });
      expect(await submissions.related(first)).toMatchObject({ reference: { id: byHand }, next: second });
    });

    it('are compared only with submissions on the same environments and with the same selection', async () => {
      await finished({ selection: { ...smoke, groups: ['other'] } });
      const alone = await submit([us]);
      await execute();
      await finish();
      const id = await submit([us, es]);
      expect(await submissions.related(id)).toEqual({
        reference: undefined,
        previous: alone,
        next: undefined,
      });
      const second = await submit([es, us]);
      await execute('broken');
      await finish();
      expect(await submissions.related(second)).toMatchObject({ reference: { id, verdict: 'broken' } });
    });

    it('keep the name of their schedule when it is renamed or removed', async () => {
      const scheduleId = await addSchedule();
      const id = await submit([us], { scheduleId });
      expect(await submissions.get(id)).toMatchObject({ name: 'nightly', schedule: 'nightly' });
      await createSchedules({ database }).remove('nightly');
      expect(await submissions.get(id)).toMatchObject({ name: 'nightly', schedule: undefined });
    });

    it('have the usual duration of the runs before them', async () => {
      const ids: number[] = [];
      for (const minutes of [10, 12, 90, 11]) {
        const [run] = (await submissions.get(await finished())).runs;
        ids.push(run?.id ?? 0);
        await database.query(
          `UPDATE run SET started_at = finished_at - $2 * interval '1 minute' WHERE id = $1`,
          [run?.id, minutes],
        );
      }
      const [, , , last = 0] = ids;
      expect((await submissions.usualDurations(ids)).get(last)).toBe(12 * 60_000);
      expect((await submissions.usualDurations(ids)).get(ids[0] ?? 0)).toBeUndefined();
    });
  });

  it('makes submissions of runs from before there were any, by what was inserted together', async () => {
    const old = await openTestDatabase(kind, { empty: true });
    onTestFinished(() => old.close());
    const migrations = await readMigrations();
    await migrate(old.database, { log: quiet, migrations: migrations.filter(({ number }) => number < 23) });
    await old.database.script(`
      INSERT INTO environment (code, name, base_url, backend_name, admin_username)
      VALUES ('us', 'us', 'http://us/', 'admin', 'admin'), ('es', 'es', 'http://es/', 'admin', 'admin');
      INSERT INTO run (environment_id, selection, requested_by, queued_at, state, verdict, finished_at)
      SELECT environment, '${JSON.stringify(smoke)}', 'api', '2026-05-01T02:00:00Z'::timestamptz + night * interval '1 day', 'finished',
        CASE environment WHEN 1 THEN 'failed' ELSE 'passed' END, now()
      FROM generate_series(1, 50) AS night, generate_series(1, 2) AS environment ORDER BY night, environment;
      INSERT INTO run (environment_id, selection, requested_by, queued_at) VALUES (1, '${JSON.stringify(smoke)}', 'api', now());`);
    await migrate(old.database, { log: quiet, migrations });
    const submissions = createSubmissions({ database: old.database });
    const [open, newest] = await submissions.list({ limit: 2 });
    expect(open?.runs).toMatchObject([{ environmentCode: 'us', state: 'queued' }]);
    expect(newest).toMatchObject({ selection: smoke, requestedBy: 'api' });
    expect(newest?.runs.map(({ id, verdict }) => [id, verdict])).toEqual([
      [100, 'passed'],
      [99, 'failed'],
    ]);
    expect(await submissions.related(newest?.id ?? 0)).toMatchObject({ reference: { verdict: 'failed' } });
    const [waiting] = await old.database.query(
      'SELECT count(*) AS count, min(id) AS first FROM run WHERE compared_at IS NULL',
    );
    expect(waiting).toEqual({ count: 81, first: 21 });
  });
}
