import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decideTransitions } from '../../src/alerts/transitions.ts';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { AlertKind, AlertObservation } from '../../src/model/alert.ts';
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
      expect(await alerts.endUnwatched()).toMatchObject({ began: [], ended: [{ subject: 'es' }] });
      expect(await openSubjects()).toEqual(['us']);
      await database.query(`UPDATE alert SET ended_at = ended_at - interval '366 days'`);
      expect(await alerts.endUnwatched()).toEqual({ began: [], ended: [] });
      expect(await alerts.list({ before: undefined, limit: 10 })).toMatchObject([{ subject: 'us' }]);
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
