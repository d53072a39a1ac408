import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { Database } from '../../src/store/database/database.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { quiet } from '../support/database.ts';
import { postgresPassword, startPostgres, type TestPostgres, withClient } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { freePort } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

describe('an unreachable PostgreSQL', () => {
  let server: TestPostgres;
  let database: Database;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openPostgres({ url: server.url, log: quiet });
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  const responds = () => database.query('SELECT 1').then(() => true);
  const unreachable = () => ({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringMatching(
      new RegExp(`^PostgreSQL at 127\\.0\\.0\\.1:${server.port}/postgres cannot be used`),
    ),
  });
  const faultOf = (url: string) =>
    openPostgres({ url, log: quiet }).then(
      () => undefined,
      (error: Error) => error,
    );

  it.each([
    ['does not run', async () => `postgres://matre:${postgresPassword}@127.0.0.1:${await freePort()}/x`],
    ['refuses the password', async () => server.url.replace(postgresPassword, `${postgresPassword}x`)],
    ['lacks the database', async () => server.url.replace(/postgres$/, 'nothing')],
    ['has an unknown host name', async () => `postgres://u:${postgresPassword}@no.such.host.invalid/x`],
  ])('is refused with its address and without the password when it %s', async (_, url) => {
    const fault = await faultOf(await url());
    expect(fault).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(fault?.message).toMatch(/127\.0\.0\.1:\d+\/|no\.such\.host\.invalid:5432\/x/);
    expect(fault?.message).not.toContain(postgresPassword);
  });

  it.each(['', 'not a url', `mysql://u:${postgresPassword}@h/d`, `u:${postgresPassword}@h/d`])(
    'is refused when its URL is %j',
    async (url) => {
      const fault = await faultOf(url);
      expect(fault).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(fault?.message).not.toContain(postgresPassword);
    },
  );

  it('is reported, recovers without intervention, and listeners are notified of possibly missed notifications', async () => {
    const notifications: string[] = [];
    const stop = await database.listen('matre_away', (payload) => notifications.push(payload));
    const before = await database.listen('matre_other', (payload) => notifications.push(`other ${payload}`));
    for (const leave of [server.shutdown, server.kill]) {
      notifications.length = 0;
      await leave();
      await expect(database.query('SELECT 1')).rejects.toMatchObject(unreachable());
      await expect(database.transaction(async () => undefined)).rejects.toMatchObject(unreachable());
      await server.start();
      await waitFor(responds);
      await waitFor(() => notifications.length === 2);
      expect(notifications.sort()).toEqual(['', 'other ']);
      await database.query(`SELECT pg_notify('matre_away', 'again')`);
      await waitFor(() => notifications.includes('again'));
    }
    await stop();
    await before();
  });

  it('keeps all committed rows and no uncommitted ones when it is killed during a transaction', async () => {
    await database.script('CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY)');
    await database.query('INSERT INTO kept VALUES (1)');
    const pending = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO kept VALUES (2)');
      await server.kill();
      await transaction.query('INSERT INTO kept VALUES (3)');
    });
    await expect(pending).rejects.toMatchObject(unreachable());
    await server.start();
    await waitFor(responds);
    expect(await database.query('SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('is recovered from when single connections end: idle, listening or in a transaction', async () => {
    const notifications: string[] = [];
    const stop = await database.listen('matre_ended', (payload) => notifications.push(payload));
    const endAll = () =>
      withClient(server.url, (client) =>
        client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'matre' AND pid <> pg_backend_pid()`,
        ),
      );
    await endAll();
    await waitFor(() => notifications.includes(''));
    await waitFor(responds);
    const pending = database.transaction(async (transaction) => {
      await transaction.query('SELECT 1');
      await endAll();
      await transaction.query('SELECT 1');
    });
    await expect(pending).rejects.toMatchObject(unreachable());
    await waitFor(responds);
    await stop();
  });

  it('does not confuse an error of the caller with an error of the connection', async () => {
    const userError = Object.assign(new Error('connection refused by something else'), {
      code: 'ECONNREFUSED',
    });
    await expect(database.transaction(() => Promise.reject(userError))).rejects.toBe(userError);
    await expect(database.query('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '42P01' });
    expect(await responds()).toBe(true);
  });

  // Each waits for a timeout, over a proxy of its own.
  describe.concurrent('over half-open connections', () => {
    /** Also for the answers of the living connections: a busy machine may take seconds for them. */
    const timeoutMs = 10_000;
    async function openProxied({ onTestFinished }: TestContext) {
      const proxy = await startProxy(server.port);
      onTestFinished(proxy.close);
      const url = new URL(server.url);
      url.port = String(proxy.port);
      const proxied = await openPostgres({ url: url.href, log: quiet, timeoutMs });
      return { proxy, proxied };
    }

    it('closes all of them after one timeout, and opens new ones', async (context) => {
      const { proxy, proxied } = await openProxied(context);
      context.onTestFinished(proxied.close);
      await Promise.all([1, 2, 3, 4, 5].map(() => proxied.query('SELECT pg_sleep(0.05)')));
      proxy.loseConnections();
      await expect(proxied.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
      for (let count = 0; count < 5; count++) await proxied.query('SELECT 1');
    });

    it('receives notifications again, and reports that some may have been missed', async (context) => {
      const { proxy, proxied } = await openProxied(context);
      context.onTestFinished(proxied.close);
      const notifications: string[] = [];
      await proxied.listen('matre_away', (payload) => notifications.push(payload));
      proxy.loseConnections();
      await waitFor(() => notifications.includes(''));
      await database.query(`SELECT pg_notify('matre_away', 'again')`);
      await waitFor(() => notifications.includes('again'));
    });

    it('can be closed', async (context) => {
      const { proxy, proxied } = await openProxied(context);
      await proxied.query('SELECT 1');
      await proxied.listen('matre_away', () => undefined);
      proxy.loseConnections();
      await proxied.close();
    });
  });

  it('can be closed while it is unreachable', async () => {
    const other = await startPostgres();
    const testDatabase = await openPostgres({ url: other.url, log: quiet });
    await testDatabase.listen('matre_away', () => undefined);
    await other.stop();
    await testDatabase.close();
    await expect(testDatabase.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });
});
