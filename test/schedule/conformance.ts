import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { Fault } from '../../src/faults/fault.ts';
import type { Environment } from '../../src/model/environment.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { createFirer, type Firer } from '../../src/schedule/fire.ts';
import { fireDue, startScheduler } from '../../src/schedule/scheduler.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createFirings, type Firings } from '../../src/store/tables/firings.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { createSchedules, type ScheduleFields, type Schedules } from '../../src/store/tables/schedules.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';
import { storedSchedulesConformance } from './stored-conformance.ts';

const at = (text: string) => new Date(`2026-05-04T${text}Z`);

/** The behaviour of schedules, for every kind of database. The test sets the clock. */
export function scheduleConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let environments: Environments;
  let runs: Runs;
  let queue: Queue;
  let schedules: Schedules;
  let firings: Firings;
  let firer: Firer;
  let now: Date;
  let us: Environment;
  let es: Environment;
  const clock = async () => now;

  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    runs = createRuns({ database });
    queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    schedules = createSchedules({ database });
    firings = createFirings({ database });
    firer = createFirer({
      database,
      clock,
      async resolveSelection({ groups }) {
        if (groups.includes('gone')) throw new Fault('SELECTION_UNKNOWN', 'There is no group "gone".');
      },
    });
  });
  afterAll(() => testDatabase.close());
  beforeEach(async () => {
    await testDatabase.clear();
    us = await environments.create(newEnvironment('us'));
    es = await environments.create(newEnvironment('es'));
    now = at('01:00:00');
  });

  /** Nightly at two, on both environments. */
  const create = (more: Partial<ScheduleFields & { nextAt: Date }> = {}) =>
    schedules.create({
      name: 'nightly',
      cron: '0 2 * * *',
      zone: 'UTC',
      dayRule: 'vixie',
      selection: { ...emptySelection, groups: ['smoke'] },
      priority: 0,
      overlap: 'skip',
      missed: 'once',
      catchUpMinutes: 120,
      environmentIds: [us.id, es.id],
      nextAt: at('02:00:00'),
      createdBy: 'test',
      ...more,
    });
  const tick = () => fireDue({ schedules, firer, clock, log: quiet });
  const history = async () => firings.list((await schedules.get('nightly')).id, 200);
  const openRuns = async () =>
    (await runs.list({ limit: 100 })).filter(({ state }) => state !== 'finished').map(({ id }) => id);

  describe('a schedule that is due', () => {
    it('submits a run on each environment, records the firing, and advances to the next time', async () => {
      await create({ priority: 7 });
      expect(await tick()).toEqual([]);
      now = at('02:00:01');
      const [firing] = await tick();
      expect(firing).toMatchObject({
        dueAt: at('02:00:00'),
        firedAt: now,
        outcome: 'fired',
        missed: 0,
        by: undefined,
        reason: undefined,
      });
      const created = await Promise.all(firing?.runs.map((id) => runs.get(id)) ?? []);
      expect(created).toMatchObject(
        ['es', 'us'].map((environmentCode) => ({
          environmentCode,
          state: 'queued',
          priority: 7,
          requestedBy: 'schedule nightly',
          scheduleId: firing?.scheduleId,
          selection: { groups: ['smoke'] },
        })),
      );
      expect((await schedules.get('nightly')).nextAt).toEqual(new Date('2026-05-05T02:00:00Z'));
      expect(await history()).toEqual([firing]);
      expect([...(await firings.latest()).values()]).toEqual([firing]);
      expect(await tick()).toEqual([]);
    });

    it('fires once, however many schedulers try at the same moment', async () => {
      const schedule = await create();
      now = at('02:00:00');
      const tries = await Promise.all(Array.from({ length: 8 }, () => firer.due(schedule, now)));
      expect(tries.filter((firing) => firing !== undefined)).toHaveLength(1);
      expect(await openRuns()).toHaveLength(2);
      expect(await history()).toHaveLength(1);
    });

    it('does nothing when it was changed since it was read', async () => {
      const schedule = await create();
      now = at('02:00:00');
      await schedules.update('nightly', (current) => ({
        ...current,
        environmentIds: [us.id],
        nextAt: at('03:00:00'),
      }));
      expect(await firer.due(schedule, now)).toBeUndefined();
      expect(await openRuns()).toEqual([]);
    });

    it('does not fire again for a time that was already handled', async () => {
      await create();
      now = at('02:00:00');
      await tick();
      await database.query('UPDATE schedule SET next_at = $1', [at('02:00:00')]);
      expect(await tick()).toEqual([]);
      expect(await openRuns()).toHaveLength(2);
      expect((await schedules.get('nightly')).nextAt).toEqual(new Date('2026-05-05T02:00:00Z'));
    });

    it('does not wait for another schedule that cannot be fired', async () => {
      await create({ name: 'broken', nextAt: at('01:30:00') });
      await database.query(`UPDATE schedule SET cron = 'no cron'`);
      await create();
      now = at('02:00:00');
      expect(await tick()).toMatchObject([{ outcome: 'fired' }]);
    });

    it('is not due while it is paused', async () => {
      await create();
      await schedules.update('nightly', (current) => ({
        ...current,
        environmentIds: [us.id],
        pausedAt: now,
        nextAt: undefined,
      }));
      now = at('02:00:00');
      expect(await tick()).toEqual([]);
      expect(await schedules.nextDue()).toBeUndefined();
    });
  });

  describe('a selection that no longer exists', () => {
    it('is named, and the schedule stays active', async () => {
      await create({ selection: { ...emptySelection, groups: ['gone'] } });
      now = at('02:00:00');
      expect(await tick()).toMatchObject([
        {
          outcome: 'failed',
          runs: [],
          reason: { code: 'SELECTION_UNKNOWN', message: 'There is no group "gone".' },
        },
      ]);
      expect(await openRuns()).toEqual([]);
      expect((await schedules.get('nightly')).nextAt).toEqual(new Date('2026-05-05T02:00:00Z'));
    });
  });

  describe('a module that does not answer', () => {
    /** Never. */
    const resolveSelection = () => new Promise(() => {});

    it('does not prevent firing: the run reports it', async () => {
      const schedule = await create();
      now = at('02:00:00');
      const impatient = createFirer({ database, clock, resolveSelection, timeoutMs: 10 });
      expect(await impatient.due(schedule, now)).toMatchObject({ outcome: 'fired' });
    });

    it('does not prevent a scheduler from stopping, and the next scheduler fires what was due', async () => {
      await create();
      now = at('02:00:00');
      let isRequested = false;
      const waiting = createFirer({
        database,
        clock,
        resolveSelection() {
          isRequested = true;
          return resolveSelection();
        },
      });
      const scheduler = startScheduler({ schedules, firer: waiting, clock, log: quiet });
      await waitFor(() => isRequested);
      await scheduler.stop();
      expect(await history()).toEqual([]);
      expect(await tick()).toMatchObject([{ outcome: 'fired' }]);
    });
  });

  describe('an environment that was removed', () => {
    it('is named, and the others are tested', async () => {
      await create();
      await environments.remove(es.id);
      expect((await schedules.get('nightly')).environments).toEqual([
        { id: es.id, code: 'es', removed: true },
        { id: us.id, code: 'us', removed: false },
      ]);
      now = at('02:00:00');
      const [firing] = await tick();
      expect(firing).toMatchObject({
        outcome: 'fired',
        reason: { code: 'ENVIRONMENT_UNKNOWN', message: 'The environment es was removed.' },
      });
      expect(firing?.runs).toHaveLength(1);
    });

    it('is a failure when no other environment is left', async () => {
      await create({ environmentIds: [us.id] });
      await environments.remove(us.id);
      now = at('02:00:00');
      expect(await tick()).toMatchObject([
        { outcome: 'failed', runs: [], reason: { code: 'ENVIRONMENT_UNKNOWN' } },
      ]);
    });
  });

  describe('while an earlier run is unfinished', () => {
    const finishOn = async (environment: Environment) => {
      const claim = await claimOne(queue, 'w', {
        excludeEnvironments: [us.id, es.id].filter((id) => id !== environment.id),
      });
      if (!claim) throw new Error('nothing to claim');
      await queue.finish(claim.run.id, claim.fence, 'passed');
    };
    const fireTwice = async (between: () => Promise<unknown> = async () => {}) => {
      now = at('02:00:00');
      const [first] = await tick();
      await between();
      now = new Date('2026-05-05T02:00:00Z');
      const [second] = await tick();
      return { first, second };
    };

    it('skip submits no run there, and names the earlier run', async () => {
      await create({ environmentIds: [us.id] });
      const { first, second } = await fireTwice();
      expect(second).toMatchObject({
        outcome: 'skipped',
        runs: [],
        reason: {
          code: 'SCHEDULE_OVERLAPS',
          message: `Run ${first?.runs[0]} of the schedule on us is queued.`,
        },
      });
      expect(await openRuns()).toEqual(first?.runs);
    });

    it('other environments are fired: each environment is independent', async () => {
      await create();
      const { second } = await fireTwice(() => finishOn(us));
      expect(second).toMatchObject({
        outcome: 'fired',
        reason: { code: 'SCHEDULE_OVERLAPS', message: 'Run 1 of the schedule on es is queued.' },
      });
      expect((await runs.get(second?.runs[0] ?? 0)).environmentCode).toBe('us');
    });

    it('runs of other schedules do not count', async () => {
      await create({ environmentIds: [us.id] });
      await runs.insert([{ environmentId: us.id, selection: emptySelection, requestedBy: 'test' }]);
      now = at('02:00:00');
      expect(await tick()).toMatchObject([{ outcome: 'fired' }]);
    });

    it('queue lets up to ten runs wait', async () => {
      await create({ environmentIds: [us.id], overlap: 'queue', cron: '* * * * *' });
      for (let minute = 0; minute < 11; minute += 1) {
        now = at(`02:${String(minute).padStart(2, '0')}:00`);
        await tick();
      }
      expect(await openRuns()).toHaveLength(10);
      expect((await history())[0]).toMatchObject({
        outcome: 'skipped',
        reason: { code: 'SCHEDULE_OVERLAPS', message: '10 runs of the schedule already wait on us.' },
      });
    });

    it('replace cancels a queued run at once, and asks a running one to stop', async () => {
      await create({ overlap: 'replace' });
      const { first, second } = await fireTwice(async () => {
        await claimOne(queue, 'w', { excludeEnvironments: [es.id] });
      });
      const [onEs = 0, onUs = 0] = first?.runs ?? [];
      expect(await runs.get(onEs)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
      expect(await runs.get(onUs)).toMatchObject({ state: 'running', cancelRequested: true });
      expect(second).toMatchObject({ outcome: 'fired', reason: undefined });
      expect((await openRuns()).sort()).toEqual([onUs, ...(second?.runs ?? [])].sort());
    });
  });

  describe('missed times', () => {
    it('are caught up once, if they are not too old', async () => {
      await create({ cron: '0 * * * *', environmentIds: [us.id] });
      now = at('05:30:00');
      expect(await tick()).toMatchObject([
        { outcome: 'fired', dueAt: at('05:00:00'), firedAt: now, missed: 3, runs: [expect.any(Number)] },
      ]);
      expect((await schedules.get('nightly')).nextAt).toEqual(at('06:00:00'));
    });

    it('are recorded as skipped, if they are too old or the schedule does not catch up', async () => {
      await create();
      now = at('04:00:01');
      expect(await tick()).toMatchObject([
        {
          outcome: 'skipped',
          dueAt: at('02:00:00'),
          runs: [],
          reason: { code: 'SCHEDULE_MISSED', message: expect.stringContaining('more than 120 min ago') },
        },
      ]);
      await schedules.remove('nightly');
      await create({ missed: 'skip' });
      now = at('02:02:00');
      expect(await tick()).toMatchObject([
        {
          outcome: 'skipped',
          reason: { code: 'SCHEDULE_MISSED', message: expect.stringContaining('are skipped') },
        },
      ]);
      expect(await openRuns()).toEqual([]);
    });
  });

  describe('firing by hand', () => {
    it('follows the same rules, also when the schedule is paused, and does not change its times', async () => {
      await create({ environmentIds: [us.id] });
      expect(await firer.byHand('Nightly', 'ann')).toMatchObject({
        dueAt: undefined,
        by: 'ann',
        outcome: 'fired',
      });
      expect(await firer.byHand('nightly', 'ann')).toMatchObject({ outcome: 'skipped' });
      expect((await schedules.get('nightly')).nextAt).toEqual(at('02:00:00'));
      await expect(firer.byHand('weekly', 'ann')).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
    });

    it('submits all runs or none', async () => {
      await create();
      const also = async () => {
        throw new Error('no');
      };
      await expect(firer.byHand('nightly', 'ann', also)).rejects.toThrow('no');
      expect(await openRuns()).toEqual([]);
      expect(await history()).toEqual([]);
    });
  });

  describe('stored data', () =>
    storedSchedulesConformance(() => ({ database, runs, schedules, firings, firer, us, es }), create));
}
