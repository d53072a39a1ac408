import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/store/database/database.ts';
import { sqlState, uniqueViolation } from '../../src/store/database/database.ts';
import { migrate, readMigrations } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { alertsConformance } from './alerts-conformance.ts';
import { channelsConformance } from './channels-conformance.ts';
import { comparisonsConformance } from './comparisons-conformance.ts';
import { durationsConformance } from './durations-conformance.ts';
import { keyConformance } from './key-conformance.ts';
import { messagesConformance } from './messages-conformance.ts';
import { retentionConformance } from './retention-conformance.ts';
import { rulesConformance } from './rules-conformance.ts';
import { savedSelectionsConformance } from './saved-selections-conformance.ts';
import { shopModulesConformance } from './shop-modules-conformance.ts';
import { submissionsConformance } from './submissions-conformance.ts';
import { tableConformance } from './table-conformance.ts';
import { trendsConformance } from './trends-conformance.ts';
import { variablesConformance } from './variables-conformance.ts';

/** The behaviour of databases, for every kind. */
export function storeConformance(kind: Kind): void {
  databaseConformance(kind);
  migrationConformance(kind);
  keyConformance(kind);
  tableConformance(kind);
  variablesConformance(kind);
  trendsConformance(kind);
  durationsConformance(kind);
  shopModulesConformance(kind);
  savedSelectionsConformance(kind);
  channelsConformance(kind);
  rulesConformance(kind);
  submissionsConformance(kind);
  comparisonsConformance(kind);
  messagesConformance(kind);
  retentionConformance(kind);
  alertsConformance(kind);
}

function databaseConformance(kind: Kind): void {
  describe('database', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind, { empty: true });
      database = testDatabase.database;
      await database.script(
        'CREATE TABLE note (id bigint PRIMARY KEY, text text); CREATE TABLE other (id int);',
      );
    });
    afterAll(() => testDatabase.close());

    const texts = async () =>
      (await database.query<{ text: string }>('SELECT text FROM note ORDER BY id')).map(({ text }) => text);

    it('returns numbers, dates and parsed JSON', async () => {
      const [row] = await database.query(
        `SELECT 5000000000::bigint AS big, count(*) AS counted, '2026-01-02T03:04:05.678Z'::timestamptz AS at,
           $1::jsonb AS json, $2::int[] AS numbers, $3::text[] AS texts, $4::text AS absent, $5::timestamptz AS moment`,
        [JSON.stringify([{ a: 1 }]), [1, 2], ['', 'a"b,\\', 'ü'], undefined, new Date(1_700_000_000_123)],
      );
      expect(row).toEqual({
        big: 5_000_000_000,
        counted: 1,
        at: new Date('2026-01-02T03:04:05.678Z'),
        json: [{ a: 1 }],
        numbers: [1, 2],
        texts: ['', 'a"b,\\', 'ü'],
        absent: null,
        moment: new Date(1_700_000_000_123),
      });
    });

    it('reports a row that already exists', async () => {
      await database.query('INSERT INTO note VALUES (1, $1)', ['one']);
      const error = await database.query('INSERT INTO note VALUES (1, $1)', ['two']).catch((e: unknown) => e);
      expect(sqlState(error)).toBe(uniqueViolation);
      expect(await texts()).toEqual(['one']);
    });

    it('rolls a transaction back when it rejects, for an error of SQL or of the caller', async () => {
      const before = await texts();
      const callerError = database.transaction(async (transaction) => {
        await transaction.query('INSERT INTO note VALUES (10, $1)', ['lost']);
        throw new Error('changed my mind');
      });
      await expect(callerError).rejects.toThrow('changed my mind');
      const sqlError = database.transaction(async (transaction) => {
        await transaction.query('INSERT INTO note VALUES (11, $1)', ['lost']);
        await transaction.query('SELECT 1/0');
      });
      await expect(sqlError).rejects.toThrow('division by zero');
      expect(await texts()).toEqual(before);
    });

    it('runs all concurrent transactions, in parallel or one after the other', async () => {
      const ids = Array.from({ length: 20 }, (_, index) => 100 + index);
      await Promise.all(
        ids.map((id) =>
          database.transaction(async (transaction) => {
            await transaction.query('INSERT INTO note VALUES ($1, $2)', [id, 'many']);
            await transaction.query('UPDATE note SET text = $2 WHERE id = $1', [id, `many ${id}`]);
          }),
        ),
      );
      expect((await texts()).filter((text) => text.startsWith('many '))).toHaveLength(20);
    });

    it('reports a full disk as DISK_FULL, rolls back, and can be used again', async () => {
      await database.script('CREATE TABLE written_to_full_disk (name text)');
      const full = `DO $$ BEGIN RAISE 'could not extend file "base/1/2"' USING ERRCODE = '53100'; END $$`;
      const writing = database.transaction(async (transaction) => {
        await transaction.query(`INSERT INTO written_to_full_disk VALUES ('x')`);
        await transaction.script(full);
      });
      await expect(writing).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(database.query(full)).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await database.query('SELECT FROM written_to_full_disk')).toEqual([]);
    });

    it('reads rows that were committed since the transaction began', async () => {
      const isolation = await database.transaction((transaction) =>
        transaction.query('SHOW transaction_isolation'),
      );
      expect(isolation).toEqual([{ transaction_isolation: 'read committed' }]);
    });

    it('notifies listeners when a transaction commits, and only then', async () => {
      const notifications: string[] = [];
      const stop = await database.listen('matre_a', (payload) => notifications.push(`a ${payload}`));
      const stopOther = await database.listen('matre_a', (payload) => notifications.push(`other ${payload}`));
      const notify = (payload: string, channel = 'matre_a') => `SELECT pg_notify('${channel}', '${payload}')`;

      const failedTransaction = database.transaction(async (transaction) => {
        await transaction.query(notify('never'));
        throw new Error('no');
      });
      await expect(failedTransaction).rejects.toThrow('no');
      await database.query(notify('elsewhere', 'matre_b'));
      await database.transaction(async (transaction) => {
        await transaction.query(notify('1'));
        await transaction.query('SELECT 1');
        expect(notifications).toEqual([]);
      });
      await waitFor(() => notifications.length === 2);
      await stopOther();
      await database.query(notify('2'));
      await waitFor(() => notifications.length === 3);
      expect(notifications.sort()).toEqual(['a 1', 'a 2', 'other 1']);
      await stop();
    });

    it('lets a listener query the database', async () => {
      let answer: unknown;
      const stop = await database.listen('matre_c', () => {
        void database.query('SELECT 7 AS seven').then((rows) => {
          answer = rows[0];
        });
      });
      await database.query(`SELECT pg_notify('matre_c', '')`);
      await waitFor(() => answer);
      expect(answer).toEqual({ seven: 7 });
      await stop();
    });
  });
}

function migrationConformance(kind: Kind): void {
  describe('migrate', () => {
    let testDatabase: TestDatabase;
    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind, { empty: true });
    });
    afterAll(() => testDatabase.close());

    const appliedMigrations = () =>
      testDatabase.database.query<{ number: number; name: string }>(
        'SELECT number, name FROM schema_migration ORDER BY number',
      );
    const tables = async () =>
      (
        await testDatabase.database.query<{ table_name: string }>(
          `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
        )
      ).map((row) => row.table_name);

    it('applies each migration once, even when several processes start at the same time', async () => {
      const { database, url } = testDatabase;
      const others = url
        ? await Promise.all([1, 2, 3].map(() => openPostgres({ url, log: quiet })))
        : [database, database];
      await Promise.all([database, ...others].map((each) => migrate(each, { log: quiet })));
      if (url) await Promise.all(others.map((other) => other.close()));

      const migrations = await readMigrations();
      expect(await appliedMigrations()).toEqual(migrations.map(({ number, name }) => ({ number, name })));
      expect(await tables()).toContain('run');
    });

    it('keeps the days of schedules from before the rule of cron', async () => {
      const older = await openTestDatabase(kind, { empty: true });
      onTestFinished(() => older.close());
      const migrations = (await readMigrations()).filter(({ number }) => number < 16);
      await migrate(older.database, { log: quiet, migrations });
      await older.database.query(
        `INSERT INTO schedule (name, cron, zone, selection, overlap, missed, catch_up_minutes, created_by)
         VALUES ('nightly', '0 3 */2 * MON', 'UTC', '{}', 'skip', 'skip', 60, 'test')`,
      );
      await migrate(older.database, { log: quiet });
      expect(await older.database.query('SELECT day_rule FROM schedule')).toEqual([{ day_rule: 'either' }]);
    });

    it('rolls a failing migration back, and keeps the earlier ones', async () => {
      const own = await readMigrations();
      const before = await tables();
      const migrations = [
        ...own,
        { number: 9001, name: '9001_good', sql: 'CREATE TABLE good (id int)' },
        { number: 9002, name: '9002_bad', sql: 'CREATE TABLE bad (id int); SELECT 1/0;' },
      ];
      await expect(migrate(testDatabase.database, { log: quiet, migrations })).rejects.toThrow(
        'division by zero',
      );
      expect(await tables()).toEqual([...before, 'good'].sort());
    });

    it('refuses a schema that is newer than the program, and changes nothing', async () => {
      const before = await appliedMigrations();
      await expect(migrate(testDatabase.database, { log: quiet })).rejects.toMatchObject({
        code: 'SCHEMA_NEWER',
        message: expect.stringContaining('9001_good'),
      });
      expect(await appliedMigrations()).toEqual(before);
    });

    it('refuses a schema of another build, regardless of line endings', async () => {
      const good = { number: 9001, name: '9001_good', sql: 'CREATE TABLE good (id int)' };
      const migrations = (await readMigrations()).map((each) => ({
        ...each,
        sql: each.sql.replaceAll('\n', '\r\n'),
      }));
      await migrate(testDatabase.database, { log: quiet, migrations: [...migrations, good] });
      const changed = { ...good, sql: 'CREATE TABLE good (id bigint)' };
      await expect(
        migrate(testDatabase.database, { log: quiet, migrations: [...migrations, changed] }),
      ).rejects.toMatchObject({ code: 'SCHEMA_DIFFERENT' });
    });
  });
}
