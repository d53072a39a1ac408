import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Environment } from '../../src/model/environment.ts';
import { causeOf } from '../../src/model/failure.ts';
import type { Result } from '../../src/model/result.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createEvents, recordedEvent } from '../../src/store/tables/events.ts';
import { createPlans } from '../../src/store/tables/plans.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns, type NewRun, type Runs } from '../../src/store/tables/runs.ts';
import { readInstallation } from '../../src/store/tables/settings.ts';
import { createVariables, type Variables } from '../../src/store/tables/variables.ts';
import { createWorkers } from '../../src/store/tables/workers.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';
import { runsConformance } from './runs-conformance.ts';

export function tableConformance(kind: Kind): void {
  describe('tables', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let environments: Environments;
    let variables: Variables;
    let runs: Runs;
    let queue: Queue;
    const secrets = createSecretBox(randomBytes(32));

    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      environments = createEnvironments({ database, secrets });
      variables = createVariables({ database, secrets });
      runs = createRuns({ database });
      queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    });
    afterAll(() => testDatabase.close());
    beforeEach(() => testDatabase.clear());

    const create = (code = 'preprod-us') => environments.create(newEnvironment(code));
    const submit = async (environment: Environment, more: Partial<NewRun> = {}) => {
      const [run] = await runs.insert([
        { environmentId: environment.id, selection: emptySelection, requestedBy: 'test', ...more },
      ]);
      if (!run) throw new Error('no run');
      return run;
    };
    /** The content of all tables, as text. */
    const dump = async () =>
      JSON.stringify([
        await database.query('SELECT * FROM environment'),
        await database.query('SELECT * FROM variable'),
      ]);

    it('have one id of the installation, also for processes that start at the same time', async () => {
      const tenTimes = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, work));
      // Each on its own connection, which is open already.
      await tenTimes(() => database.query('SELECT pg_sleep(0.02)'));
      const ids = await tenTimes(() => readInstallation(database));
      expect(new Set(ids).size).toBe(1);
      expect(await readInstallation(database)).toBe(ids[0]);
    });

    describe('environments', () => {
      it('are created, listed by code and found', async () => {
        const us = await create('preprod-us');
        const es = await create('preprod-es');
        expect(us).toEqual({
          ...newEnvironment('preprod-us'),
          modules: [],
          slots: 1,
          allModules: false,
          id: 1,
          hasAdminPassword: false,
          hasShopCredentials: false,
          paused: undefined,
          fence: 0,
          createdAt: expect.any(Date),
        });
        expect(await environments.list()).toEqual([es, us]);
        expect(await environments.find('preprod-us')).toEqual(us);
        expect(await environments.get('preprod-es')).toEqual(es);
        expect(await environments.find('preprod')).toBeUndefined();
        await expect(environments.get('preprod')).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
      });

      it.each(['', 'A', '../x', 'a b', 'a;b', '-a', 'a.b', 'ä', 'a'.repeat(64), "a'--"])(
        'cannot have the code %j',
        async (code) => {
          await expect(create(code)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
          expect(await environments.list()).toEqual([]);
        },
      );

      it('have unique codes, even when two are created at the same time', async () => {
        const outcomes = await Promise.allSettled([create(), create(), create()]);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('ENVIRONMENT_EXISTS');
      });

      it('are changed field by field', async () => {
        const before = await create();
        const after = await environments.update(before.id, {
          baseUrl: 'https://new.test/',
          adminUsername: 'root',
        });
        expect(after).toEqual({ ...before, baseUrl: 'https://new.test/', adminUsername: 'root' });
        expect(await environments.update(before.id, { slots: 3 })).toEqual({ ...after, slots: 3 });
        const all = await environments.update(before.id, { allModules: true });
        expect(all).toEqual({ ...after, slots: 3, allModules: true });
        expect(await environments.update(before.id, { name: 'x' })).toMatchObject({ allModules: true });
        expect(await environments.update(before.id, { allModules: false })).toMatchObject({
          allModules: false,
        });
        expect(await environments.setReplay(before.id, 'all')).toMatchObject({ replay: 'all' });
        expect(await environments.setReplay(before.id, undefined)).toMatchObject({ replay: undefined });
        await expect(environments.update(99, { name: 'x' })).rejects.toMatchObject({
          code: 'ENVIRONMENT_UNKNOWN',
        });
      });

      it('are paused since the first request, with the latest reason, and resumed', async () => {
        const { id } = await create();
        const first = await environments.pause(id, 'deployment');
        const second = await environments.pause(id, 'longer deployment');
        expect(second.paused).toEqual({ since: first.paused?.since, reason: 'longer deployment' });
        expect((await environments.resume(id)).paused).toBeUndefined();
      });

      it('have an encrypted password that only readPassword returns', async () => {
        const { id } = await create();
        expect(await environments.readPassword(id)).toBeUndefined();
        expect((await environments.setPassword(id, 'pa$$wörd')).hasAdminPassword).toBe(true);
        expect(await environments.readPassword(id)).toBe('pa$$wörd');
        expect(await dump()).not.toContain('pa$$');
        expect((await environments.setPassword(id, undefined)).hasAdminPassword).toBe(false);
        expect(await environments.readPassword(id)).toBeUndefined();
      });

      it('have encrypted credentials of the base URL, which only readShopCredentials returns', async () => {
        const baseUrl = 'https://me:p%40$$1@shop.test:8443/';
        const { id, ...created } = await environments.create({ ...newEnvironment('closed'), baseUrl });
        expect(created).toMatchObject({ baseUrl: 'https://shop.test:8443/', hasShopCredentials: true });
        expect(await environments.readShopCredentials(id)).toBe('me:p%40$$1');
        expect(await dump()).not.toMatch(/me:|p%40/);

        // Another path of the same host keeps them, another host or port does not get them.
        const kept = await environments.update(id, { baseUrl: 'https://SHOP.test:8443/us/', name: 'x' });
        expect(kept).toMatchObject({ baseUrl: 'https://SHOP.test:8443/us/', hasShopCredentials: true });
        expect(await environments.readShopCredentials(id)).toBe('me:p%40$$1');
        const moved = await environments.update(id, { baseUrl: 'https://shop.test/' });
        expect(moved).toMatchObject({ baseUrl: 'https://shop.test/', hasShopCredentials: false });
        const restored = await environments.update(id, { baseUrl: 'https://you@shop.test/' });
        expect(restored).toMatchObject({ baseUrl: 'https://shop.test/', hasShopCredentials: true });
        expect((await environments.removeShopCredentials(id)).hasShopCredentials).toBe(false);
        expect(await environments.readShopCredentials(id)).toBeUndefined();
        await environments.remove(id);
      });

      it('cannot be removed with unfinished runs; once removed, their history stays and their code is free', async () => {
        const old = await create();
        await environments.setPassword(old.id, 'secret');
        await variables.set(old.id, { name: 'A', value: '1', secret: false });
        const run = await submit(old);
        await expect(environments.remove(old.id)).rejects.toMatchObject({ code: 'ENVIRONMENT_BUSY' });
        const claim = await claimOne(queue, 'w');
        await expect(environments.remove(old.id)).rejects.toMatchObject({ code: 'ENVIRONMENT_BUSY' });
        await queue.finish(run.id, claim?.fence ?? 0, 'passed');

        await environments.remove(old.id);
        expect(await environments.list()).toEqual([]);
        expect(await environments.readPassword(old.id)).toBeUndefined();
        expect(await variables.list(old.id)).toEqual([]);
        expect(await runs.get(run.id)).toMatchObject({ environmentCode: 'preprod-us', verdict: 'passed' });
        await expect(environments.remove(old.id)).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
        await expect(submit(old)).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
        expect((await create()).id).not.toBe(old.id);
      });

      it('are not removed while a run is submitted concurrently', async () => {
        for (let round = 0; round < 10; round++) {
          const environment = await create(`round-${round}`);
          const [submitted, removed] = await Promise.allSettled([
            submit(environment),
            environments.remove(environment.id),
          ]);
          expect([submitted.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
        }
      });
    });

    describe('variables', () => {
      it('are stored globally and for each environment, and replaced by name', async () => {
        const { id } = await create();
        await variables.set('global', { name: 'B', value: 'all', secret: false });
        await variables.set(id, { name: 'B', value: 'one', secret: false });
        await variables.set(id, { name: 'A', value: 'old', secret: true });
        await variables.set(id, { name: 'A', value: 'new', secret: false });
        expect(await variables.list('global')).toMatchObject([{ name: 'B', value: 'all', secret: false }]);
        expect(await variables.list(id)).toMatchObject([
          { name: 'A', value: 'new', secret: false },
          { name: 'B', value: 'one', secret: false },
        ]);
        expect(await variables.unset(id, 'B')).toBe(true);
        expect(await variables.unset(id, 'B')).toBe(false);
        expect(await variables.list('global')).toHaveLength(1);
      });

      it('show a secret value only to the runner', async () => {
        const { id } = await create();
        await variables.set(id, { name: 'TOKEN', value: 'tok3n', secret: true });
        await variables.set('global', { name: 'TOKEN', value: 'tok3n-for-all', secret: true });
        expect(await variables.list(id)).toMatchObject([{ name: 'TOKEN', value: undefined, secret: true }]);
        expect(await variables.readAll(id)).toEqual([{ name: 'TOKEN', value: 'tok3n', secret: true }]);
        expect(await dump()).not.toContain('tok3n');
      });

      it('cannot be decrypted in another row', async () => {
        const { id } = await create();
        await variables.set(id, { name: 'TOKEN', value: 'x', secret: true });
        await database.query(`UPDATE variable SET name = 'PUBLIC_NAME'`);
        await expect(variables.readAll(id)).rejects.toMatchObject({ code: 'SECRET_KEY_WRONG' });
      });

      it('have a name that dotenv allows, and an existing environment', async () => {
        const variable = { name: 'A', value: '', secret: false };
        await expect(variables.set('global', { ...variable, name: 'A-B' })).rejects.toMatchObject({
          code: 'INPUT_INVALID',
        });
        await expect(variables.set(99, variable)).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
      });
    });

    describe('runs', () => runsConformance(() => ({ database, runs, queue }), { create, submit }));

    describe('data of a run', () => {
      it('is counted over the last attempt of each planned test, and listed in the order of the plan', async () => {
        const run = await submit(await create());
        const plan = ['A', 'B', 'C', 'D'].map((name) => ({ name, suite: name === 'C' ? 'S' : undefined }));
        const first = await claimOne(queue, 'w1');
        const before = queue.recorder(run.id, first?.fence ?? 0);
        await before.plan(plan);
        await before.result(newResult('B', 'failed'));
        await before.result(newResult('A', 'broken'));
        await before.event({ code: 'container-replaced', message: 'image changed\0' });
        const lost = { code: 'LOCK_LOST', message: 'Redis was restarted.' } as const;
        const policy = { outcome: 'handed-back', limit: 1, pauseMs: 0 } as const;
        expect(await queue.retry(run.id, first?.fence ?? 0, lost, policy)).toBe(0);

        const second = await claimOne(queue, 'w2');
        const after = queue.recorder(run.id, second?.fence ?? 0);
        const attachments = [{ name: 'Page', kind: 'page' as const, path: 'C/page.html' }];
        const reason = { code: 'SELENIUM_FULL' as const, message: 'No session.' };
        await after.result({ ...newResult('A', 'passed'), message: 'output \0 with NUL' });
        await after.result({
          ...newResult('C', 'broken'),
          suite: 'S',
          attachments,
          reason,
          durationMs: 12.6,
        });
        await after.testStarted({ name: 'D', suite: undefined });

        const counts = { planned: 4, passed: 1, failed: 1, broken: 1, skipped: 0, flaky: 0, quarantined: 0 };
        expect((await runs.get(run.id)).counts).toEqual(counts);

        const results = createResults({ database });
        const shortly = (all: Result[]) =>
          all.map(({ test, attempt, status }) => `${test}${attempt} ${status}`);
        expect(shortly(await results.list(run.id))).toEqual([
          'A1 broken',
          'A2 passed',
          'B1 failed',
          'C2 broken',
        ]);
        const latest = await results.listLatest(run.id);
        expect(shortly(latest)).toEqual(['A2 passed', 'B1 failed', 'C2 broken']);
        expect(latest[0]?.message).toBe('output \uFFFD with NUL');
        expect(latest[2]).toEqual({
          ...newResult('C', 'broken'),
          runId: run.id,
          suite: 'S',
          attempt: 2,
          attachments,
          reason,
          durationMs: 13,
          cause: causeOf('C broken'),
        });

        const plans = await createPlans({ database }).list(run.id);
        expect(plans.map(({ test, status, startedAt }) => [test, status, startedAt !== undefined])).toEqual([
          ['A', 'passed', false],
          ['B', 'failed', false],
          ['C', 'broken', false],
          ['D', undefined, true],
        ]);

        expect(await createAttempts({ database }).list(run.id)).toEqual([
          {
            runId: run.id,
            attempt: 1,
            fence: 1,
            workerId: 'w1',
            startedAt: expect.any(Date),
            endedAt: expect.any(Date),
            outcome: 'handed-back',
            reason: { code: 'LOCK_LOST', message: 'Redis was restarted.' },
          },
          { runId: run.id, attempt: 2, fence: 2, workerId: 'w2', startedAt: expect.any(Date) },
        ]);

        const events = createEvents({ database });
        const [event] = await events.list(run.id);
        expect(event).toMatchObject({
          runId: run.id,
          code: 'container-replaced',
          message: 'image changed\uFFFD',
        });
        expect(await events.list(run.id, event?.id)).toMatchObject([{ code: 'TRIED_AGAIN' }]);
        const at = event?.at ?? new Date(0);
        const { code = '', message = '' } = event ?? {};
        const later = new Date(at.getTime() + 90_000);
        expect(await recordedEvent(database, { code, message, at })).toBe(true);
        expect(await recordedEvent(database, { code, message: 'image', at })).toBe(false);
        expect(await recordedEvent(database, { code, message, at: later })).toBe(false);

        await queue.finish(run.id, second?.fence ?? 0, 'broken');
        expect((await runs.get(run.id)).counts).toEqual(counts);
        expect((await runs.list({ limit: 1 }))[0]?.counts).toEqual(counts);
      });
    });

    describe('workers', () => {
      it('are alive, stop, become silent and are removed', async () => {
        const workers = createWorkers({ database });
        await workers.register({ id: 'b', host: 'h', pid: 2, slots: 4 });
        await workers.register({ id: 'a', host: 'h', pid: 1, slots: 4 });
        await workers.register({ id: 'a', host: 'h', pid: 7, slots: 2 });
        expect(await workers.heartbeat('b', { stopping: true })).toBe(true);
        expect(await workers.heartbeat('c', { stopping: false })).toBe(false);
        expect(await workers.list()).toMatchObject([
          { id: 'a', pid: 7, slots: 2, stopping: false, startedAt: expect.any(Date) },
          { id: 'b', pid: 2, slots: 4, stopping: true, silentMs: expect.any(Number), alive: true },
        ]);
        await database.query(`UPDATE worker SET seen_at = now() - interval '1 minute' WHERE id = 'b'`);
        await workers.removeSilent(30_000);
        await workers.remove('a');
        expect(await workers.list()).toEqual([]);
      });
    });
  });
}
