import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Alerts, createAlerts } from '../../src/store/tables/alerts.ts';
import { writeSetting } from '../../src/store/tables/settings.ts';
import { type Child, startChild } from '../support/child.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { withClient } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

let testDatabase: TestDatabase;
let alerts: Alerts;
let children: Child[] = [];
beforeEach(async () => {
  testDatabase = await openTestDatabase('postgres');
  alerts = createAlerts({ database: testDatabase.database });
  // What a process writes about an alert waits for this lock, in the middle of its transaction.
  await testDatabase.database.script(`
    INSERT INTO channel (name, name_key, kind, settings, created_by, changed_by) VALUES ('qa', 'qa', 'webhook', '{}', 'test', 'test');
    CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$;
    CREATE TRIGGER wait_for_test BEFORE INSERT OR UPDATE OF ended_at ON alert FOR EACH ROW EXECUTE FUNCTION wait_for_test();`);
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()));
  children = [];
  await testDatabase.close();
});

const nameOf = (index: number) => `watcher ${index}`;
/** The name of its database sessions says which process it is. */
const start = async () => {
  const url = new URL(testDatabase.url ?? '');
  url.searchParams.set('application_name', nameOf(children.length));
  const child = startChild(new URL('./watch-process.ts', import.meta.url), [url.href]);
  children.push(child);
  await child.line();
  return child;
};
const setCondition = (text: string) =>
  testDatabase.database.transaction((transaction) =>
    writeSetting(transaction, 'condition of the test', text),
  );
const list = async () =>
  (await alerts.list({ before: undefined, limit: 100 })).map(({ id, endedAt }) => ({
    id,
    ended: endedAt !== undefined,
  }));

it('an alert begins and ends once while two processes watch, and the one that writes it is killed in the middle', async () => {
  const { database } = testDatabase;
  const findBlocked = async () => {
    const [row] = await database.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE locktype = 'advisory' AND objid = 1 AND NOT granted`,
    );
    return row?.name;
  };
  /** Kills the process that writes, and starts another. Then the transaction of the dead one may go on. */
  const killWriter = (condition: string) =>
    withClient(testDatabase.url ?? '', async (client) => {
      await client.query('SELECT pg_advisory_lock(1)');
      await setCondition(condition);
      const name = await waitFor(findBlocked);
      const writer = children.find((_, index) => name === nameOf(index));
      await writer?.kill();
      await start();
      await client.query('SELECT pg_advisory_unlock(1)');
      return writer;
    });

  await start();
  await start();
  const victims = [await killWriter('present')];
  await waitFor(async () => (await list()).length > 0);
  victims.push(await killWriter('absent'));
  await waitFor(async () => (await list()).every(({ ended }) => ended));
  expect(victims.every((victim) => victim !== undefined)).toBe(true);
  expect(await list()).toEqual([{ id: expect.any(Number), ended: true }]);
  const notices = await database.query<{ kind: string }>('SELECT kind FROM notice ORDER BY id');
  expect(notices.map(({ kind }) => kind)).toEqual(['alert-started', 'alert-ended']);
});
