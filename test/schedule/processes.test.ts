import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createFirings } from '../../src/store/tables/firings.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { createSchedules } from '../../src/store/tables/schedules.ts';
import { writeSetting } from '../../src/store/tables/settings.ts';
import { type Child, startChild } from '../support/child.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { withClient } from '../support/postgres.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

let testDatabase: TestDatabase;
let environments: Environments;
let children: Child[] = [];
beforeEach(async () => {
  testDatabase = await openTestDatabase('postgres');
  environments = createEnvironments({
    database: testDatabase.database,
    secrets: createSecretBox(randomBytes(32)),
  });
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()));
  children = [];
  await testDatabase.close();
});

const minute = (number: number) => new Date(Date.UTC(2026, 4, 4, 2, number));
const setClock = (time: Date) =>
  testDatabase.database.transaction((transaction) =>
    writeSetting(transaction, 'clock of the test', time.toISOString()),
  );
const start = async () => {
  const child = startChild(new URL('./firing-process.ts', import.meta.url), [testDatabase.url ?? '']);
  children.push(child);
  await child.line();
  return child;
};
/** Every minute, from the first on; overlap `replace`, so that every firing submits a run. */
const createMinutely = async (environmentId: number) =>
  createSchedules({ database: testDatabase.database }).create({
    name: 'minutely',
    cron: '* * * * *',
    zone: 'UTC',
    dayRule: 'vixie',
    selection: { ...emptySelection, groups: ['smoke'] },
    priority: 0,
    overlap: 'replace',
    missed: 'once',
    catchUpMinutes: 60,
    environmentIds: [environmentId],
    nextAt: minute(1),
    createdBy: 'test',
  });

it('every time is fired once by concurrent processes that are killed', async () => {
  const { database } = testDatabase;
  const { id: environmentId } = await environments.create(newEnvironment('us'));
  const { id } = await createMinutely(environmentId);
  const firings = createFirings({ database });
  const minutes = 20;
  await setClock(minute(0));
  let liveProcesses = await Promise.all(Array.from({ length: 4 }, start));

  for (let now = 1; now <= minutes; now += 1) {
    await setClock(minute(now));
    if (now % 4 === 0) {
      // At any point of the firing of this minute.
      const [victim, ...others] = liveProcesses;
      await victim?.kill();
      liveProcesses = [...others, await start()];
    }
    await waitFor(async () => (await firings.list(id, 100)).length >= now);
  }

  const history = (await firings.list(id, 100)).reverse();
  expect(history.map(({ dueAt }) => dueAt)).toEqual(
    Array.from({ length: minutes }, (_, now) => minute(now + 1)),
  );
  expect(
    history.every(({ outcome, runs, missed }) => outcome === 'fired' && runs.length === 1 && missed === 0),
  ).toBe(true);
  const runIds = (await createRuns({ database }).list({ limit: 100 })).map((run) => run.id).reverse();
  expect(runIds).toEqual(history.flatMap(({ runs }) => runs));
});

it('a process that is killed while it fires leaves no partial firing, and another process fires', async () => {
  const { database, url = '' } = testDatabase;
  const { id: environmentId } = await environments.create(newEnvironment('us'));
  const { id } = await createMinutely(environmentId);
  const runs = createRuns({ database });
  const firings = createFirings({ database });
  await setClock(minute(1));

  await withClient(url, async (client) => {
    // The firing process has locked the schedule and waits here for the environment.
    await client.query('BEGIN');
    await client.query('SELECT FROM environment FOR UPDATE');
    const first = await start();
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitFor(async () => (await client.query(waits)).rowCount);
    await first.kill();
    await client.query('ROLLBACK');
  });
  // Its statement ends when the server notices that the client is gone.
  expect(await runs.list({ limit: 10 })).toEqual([]);
  expect(await firings.list(id, 10)).toEqual([]);

  await start();
  await waitFor(async () => (await firings.list(id, 10)).length > 0);
  expect(await firings.list(id, 10)).toMatchObject([{ outcome: 'fired', dueAt: minute(1) }]);
  expect(await runs.list({ limit: 10 })).toHaveLength(1);
});
