import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decideTransitions } from '../../src/alerts/transitions.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { AlertKind, AlertObservation } from '../../src/model/alert.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAlertQueries } from '../../src/store/tables/alert-queries.ts';
import { type Alerts, createAlerts, type WatchClaim } from '../../src/store/tables/alerts.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

/** The behaviour of alerts, for every kind of database. */
export function alertsConformance(kind: Kind): void {
  describe('alerts', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let alerts: Alerts;
    let environments: Environments;
    const secrets = createSecretBox(randomBytes(32));
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      alerts = createAlerts({ database });
      environments = createEnvironments({ database, secrets });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      await database.script(
        'DELETE FROM alert; DELETE FROM alert_watch; DELETE FROM notice; DELETE FROM channel',
      );
    });

    const claim = async (scope = 'installation') => {
      const claims = [{ scope, leaseMs: 60_000, firstMs: 0 }];
      return (await alerts.claim(claims)) ?? ((await alerts.claim(claims)) as WatchClaim);
    };
    const observe = (keys: string[], more: Partial<AlertObservation> = {}): AlertObservation => ({
      source: 'environment-broken',
      kind: 'environment-broken',
      present: keys.map((key) => ({
        key,
        subject: key,
        message: `${key} is broken.`,
        action: 'Mend it.',
        page: `/environments/${key}`,
      })),
      undecided: [],
      endReason: 'It is over.',
      ...more,
    });
    /** Claims and records at once; the scope is due again at once. */
    const record = async (...observations: AlertObservation[]) =>
      alerts.record(await claim(), observations, { decide: decideTransitions, everyMs: 0 });
    const openSubjects = async () => (await alerts.open()).map(({ subject }) => subject);

    it('begin and end once, with the words that were seen last', async () => {
      expect(await record(observe(['us']))).toMatchObject({ began: [{ subject: 'us' }], ended: [] });
      expect(await record(observe(['us']))).toEqual({ began: [], ended: [] });
      const [open] = await alerts.open();
      expect(open).toEqual({
        id: expect.any(Number),
        kind: 'environment-broken',
        subject: 'us',
        message: 'us is broken.',
        action: 'Mend it.',
        page: '/environments/us',
        startedAt: expect.any(Date),
        lastSeenAt: expect.any(Date),
        endedAt: undefined,
        endReason: undefined,
        keys: ['us'],
      });
      expect(await alerts.countOpen()).toEqual(new Map([['environment-broken', 1]]));
      const endReasons = new Map([['us', 'Run 7 passed.']]);
      expect(await record(observe([], { endReasons }))).toMatchObject({
        began: [],
        ended: [{ id: open?.id }],
      });
      expect(await alerts.find(open?.id ?? 0)).toMatchObject({
        message: 'us is broken.',
        endedAt: expect.any(Date),
        endReason: 'Run 7 passed.',
        keys: ['us'],
      });
      expect(await alerts.open()).toEqual([]);
      expect(await record(observe(['us']))).toMatchObject({ began: [{ subject: 'us' }] });
      expect((await alerts.list({ before: undefined, limit: 10 })).map(({ endedAt }) => endedAt)).toEqual([
        undefined,
        expect.any(Date),
      ]);
      expect(await alerts.list({ before: open?.id ?? 0, limit: 10 })).toEqual([]);
    });

    it('are told once when they begin and once when they end, while there is a channel', async () => {
      await record(observe(['us']));
      await createChannels({ database, secrets }).create({
        name: 'qa',
        kind: 'webhook',
        settings: {},
        secrets: {},
        personal: false,
        disabled: undefined,
        createdBy: 'test',
      });
      for (const keys of [['us'], ['us', 'es'], ['es'], ['es'], []]) await record(observe(keys));
      const notices = await database.query(
        `SELECT notice.kind, subject FROM notice JOIN alert ON alert.id = alert_id ORDER BY notice.id`,
      );
      expect(notices).toEqual([
        { kind: 'alert-started', subject: 'es' },
        { kind: 'alert-ended', subject: 'us' },
        { kind: 'alert-ended', subject: 'es' },
      ]);
    });

    it('count what is not confirmed yet over all processes', async () => {
      const disk: AlertKind = 'disk-full';
      const full = observe(['/data'], { source: 'disk-full@a', kind: disk });
      expect(await record(full)).toMatchObject({ began: [] });
      expect(await record(full)).toMatchObject({ began: [{ kind: disk, subject: '/data' }] });
      await record(observe([], { source: 'disk-full@a', kind: disk }));
      expect(await openSubjects()).toEqual(['/data']);
    });

    it('are judged by their own source only', async () => {
      await record(observe(['us']), observe(['es'], { source: 'other' }));
      await record(observe([], { source: 'other' }));
      expect(await openSubjects()).toEqual(['us']);
    });

    it('of one kind and subject are open once, whoever sees it', async () => {
      await record(observe(['us']), observe(['us'], { source: 'other' }));
      expect(await openSubjects()).toEqual(['us']);
    });

    it('are not written under a claim that another process has taken over', async () => {
      const late = await claim();
      await database.query('UPDATE alert_watch SET due_at = now()');
      const next = await claim();
      const options = { decide: decideTransitions, everyMs: 0 };
      expect(await alerts.record(late, [observe(['us'])], options)).toBeUndefined();
      expect(await openSubjects()).toEqual([]);
      await alerts.release(late);
      expect(await alerts.record(next, [observe(['us'])], options)).toMatchObject({ began: [{}] });
    });

    it('are watched by one process until its claim ends, and by another at once when it gives up', async () => {
      const first = await claim();
      const claims = [{ scope: 'installation', leaseMs: 60_000, firstMs: 0 }];
      expect(await alerts.claim(claims)).toBeUndefined();
      await alerts.release(first);
      expect(await alerts.claim(claims)).toEqual({ scope: 'installation', claim: first.claim + 1 });
    });

    it('are not looked for before a new scope is due', async () => {
      const scopes = [{ scope: 'doctor', leaseMs: 60_000, firstMs: 60_000 }];
      expect(await alerts.claim(scopes)).toBeUndefined();
      expect(await alerts.claim(scopes)).toBeUndefined();
      expect(await alerts.unwatchedMs('doctor')).toBeUndefined();
      await record();
      expect(await alerts.unwatchedMs('installation')).toBeGreaterThanOrEqual(0);
    });

    it('end when nothing has looked for a day, and are removed after a year', async () => {
      await record(observe(['us']), observe(['es'], { source: 'gone' }));
      await database.query(`UPDATE alert SET watched_at = now() - interval '25 hours' WHERE source = 'gone'`);
      // When nothing was watched at all, for example over a weekend, that says nothing of the sources.
      await database.query(`UPDATE alert_watch SET watched_at = now() - interval '2 days'`);
      await record(observe(['us']));
      expect(await alerts.endUnwatched()).toEqual({ began: [], ended: [] });
      await database.query(`UPDATE alert SET watched_at = now() - interval '25 hours' WHERE source = 'gone'`);
      await record(observe(['us']));
      expect(await alerts.endUnwatched()).toMatchObject({ began: [], ended: [{ subject: 'es' }] });
      expect(await openSubjects()).toEqual(['us']);
      await database.query(`UPDATE alert SET ended_at = ended_at - interval '366 days'`);
      expect(await alerts.endUnwatched()).toEqual({ began: [], ended: [] });
      expect(await alerts.list({ before: undefined, limit: 10 })).toMatchObject([{ subject: 'us' }]);
    });

    it('are decided by the newest verdicts of environments', async () => {
      const queries = createAlertQueries({ database });
      const { id } = await environments.create(newEnvironment('us'));
      await environments.create(newEnvironment('young'));
      const finish = (verdict: string, minutesAgo: number) =>
        database.query(
          `INSERT INTO run (environment_id, selection, state, verdict, started_at, finished_at, requested_by, reason_code, reason_message)
           VALUES ($1, $2::jsonb, 'finished', $3, now(), now() - $4 * interval '1 minute', 'x',
             CASE $3 WHEN 'broken' THEN 'DISK_FULL' END, CASE $3 WHEN 'broken' THEN 'No space.' END)`,
          [id, JSON.stringify(emptySelection), verdict, minutesAgo],
        );
      await finish('passed', 50);
      await finish('broken', 40);
      await finish('cancelled', 30);
      await finish('broken', 20);
      const [us, ...others] = await queries.recentVerdicts(3);
      expect(us).toEqual({
        code: 'us',
        paused: false,
        verdicts: ['broken', 'broken', 'passed'],
        lastRun: expect.any(Number),
        reason: { code: 'DISK_FULL', message: 'No space.' },
        since: expect.any(Date),
      });
      expect(others).toEqual([]);
      await environments.pause(id, 'deployment');
      await finish('failed', 1);
      expect(await queries.recentVerdicts(2)).toMatchObject([
        { paused: true, verdicts: ['failed', 'broken'], reason: undefined },
      ]);
      await environments.remove(id);
      expect(await queries.recentVerdicts(2)).toEqual([]);
    });

    it('are decided by runs that could have started', async () => {
      const queries = createAlertQueries({ database });
      const us = await environments.create(newEnvironment('us'));
      const es = await environments.create(newEnvironment('es'));
      const queue = (environmentId: number, minutesAgo: number) =>
        database.query(
          `INSERT INTO run (environment_id, selection, queued_at, requested_by)
           VALUES ($1, $2::jsonb, now() - $3 * interval '1 minute', 'x')`,
          [environmentId, JSON.stringify(emptySelection), minutesAgo],
        );
      await queue(us.id, 90);
      await queue(us.id, 80);
      await queue(es.id, 70);
      const codes = async (minutes: number) =>
        (await queries.waitingHeads(minutes * 60_000)).map(({ code }) => code);
      expect(await codes(60)).toEqual(['us', 'es']);
      expect(await codes(75)).toEqual(['us']);
      const [oldest] = await queries.waitingHeads(0);
      expect(oldest).toMatchObject({ code: 'us', head: 1, queuedAt: expect.any(Date) });
      expect(oldest?.waitingMs).toBeGreaterThanOrEqual(90 * 60_000);
      await environments.pause(es.id, 'deployment');
      await database.query(`UPDATE run SET retry_at = now() + interval '1 hour' WHERE id = 1`);
      expect(await codes(60)).toEqual([]);
      // A run that ended lately: the next one has not waited long for its environment.
      await database.query(
        `UPDATE run SET state = 'finished', verdict = 'passed', finished_at = now() - interval '5 minutes' WHERE id = 1`,
      );
      expect(await codes(60)).toEqual([]);
      expect(await codes(4)).toEqual(['us']);
    });

    it('are decided by firings that submitted nothing', async () => {
      const queries = createAlertQueries({ database });
      await database.query(
        `INSERT INTO schedule (name, cron, zone, day_rule, selection, overlap, missed, catch_up_minutes, created_by, next_at)
         VALUES ('nightly', '@daily', 'UTC', 'vixie', $1::jsonb, 'skip', 'once', 60, 'x', now()), ('new', '@daily', 'UTC', 'vixie', $1::jsonb, 'skip', 'once', 60, 'x', now())`,
        [JSON.stringify(emptySelection)],
      );
      const fire = (outcome: string, hoursAgo: number) =>
        database.query(
          `INSERT INTO schedule_firing (schedule_id, due_at, fired_at, outcome, runs, missed, reason_code, reason_message)
           SELECT id, fired_at, fired_at, $1, '{}', 0, CASE $1 WHEN 'skipped' THEN 'SCHEDULE_OVERLAPS' END,
             CASE $1 WHEN 'skipped' THEN 'It runs.' END
           FROM schedule, (SELECT now() - $2 * interval '1 hour' AS fired_at) AS times WHERE name = 'nightly'`,
          [outcome, hoursAgo],
        );
      await fire('skipped', 72);
      expect(await queries.fruitlessSchedules()).toMatchObject([{ times: 1, idleMs: undefined }]);
      await fire('fired', 48);
      expect(await queries.fruitlessSchedules()).toEqual([]);
      await fire('skipped', 24);
      await fire('skipped', 0);
      const [nightly] = await queries.fruitlessSchedules();
      expect(nightly).toMatchObject({
        name: 'nightly',
        outcome: 'skipped',
        reason: { code: 'SCHEDULE_OVERLAPS', message: 'It runs.' },
        times: 2,
      });
      expect(Math.round((nightly?.idleMs ?? 0) / 3_600_000)).toBe(48);
      await database.query('UPDATE schedule SET next_at = NULL');
      expect(await queries.fruitlessSchedules()).toEqual([]);
    });

    it('keep the end of the certificate of a shop for one address', async () => {
      const queries = createAlertQueries({ database });
      const us = await environments.create(newEnvironment('us'));
      const end = new Date('2026-12-24T00:00:00Z');
      await queries.saveCertificate(us.id, us.baseUrl, new Date(0));
      await queries.saveCertificate(us.id, us.baseUrl, end);
      await queries.saveCertificate(us.id + 1, us.baseUrl, end);
      expect(await queries.certificates()).toEqual([
        { environmentId: us.id, code: 'us', baseUrl: us.baseUrl, endsAt: end },
      ]);
      await environments.update(us.id, { baseUrl: 'https://new.test/' });
      expect(await queries.certificates()).toEqual([]);
    });
  });
}
