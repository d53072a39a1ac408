import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createFirings } from '../../src/store/tables/firings.ts';
import { createSchedules } from '../../src/store/tables/schedules.ts';
import { cli, startCli } from '../support/cli.ts';
import { quiet } from '../support/database.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

let postgres: TestPostgres;
let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  folder = await mkdtemp(join(tmpdir(), 'matre-scheduler-'));
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  await rm(folder, { recursive: true, force: true });
});

it('fires due schedules, survives an outage of the database, logs its firings, and stops cleanly', async () => {
  const settings = { DATABASE_URL: postgres.url, LOCK_DSN: redis.url, MATRE_DATA: folder };
  const database = await openPostgres({ url: postgres.url, log: quiet });
  await migrate(database, { log: quiet });
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const { id: environmentId } = await environments.create(newEnvironment('us'));
  const { id } = await createSchedules({ database }).create({
    name: 'nightly',
    cron: '0 0 1 1 *',
    zone: 'UTC',
    dayRule: 'vixie',
    selection: { ...emptySelection, groups: ['smoke'] },
    priority: 0,
    overlap: 'queue',
    missed: 'once',
    catchUpMinutes: 60,
    environmentIds: [environmentId],
    nextAt: new Date(),
    createdBy: 'test',
  });
  const firings = createFirings({ database });
  const waitForFirings = (count: number) =>
    waitFor(async () => (await firings.list(id, 10)).length === count);

  const scheduler = startCli(['scheduler'], { settings });
  try {
    await scheduler.waitForOutput('The scheduler is up.');
    await waitForFirings(1);

    await postgres.shutdown();
    await scheduler.waitForOutput('Due schedules cannot be read');
    await postgres.start();
    // Due while no scheduler could fire.
    await waitFor(() => database.query(`UPDATE schedule SET next_at = now() - interval '10 minutes'`));
    await waitForFirings(2);
    await scheduler.waitForOutput('The scheduler has recovered.');

    scheduler.process.kill('SIGTERM');
    const { code, stderr } = await scheduler.done;
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line)).filter(({ schedule }) => schedule === 'nightly');
    expect(entries).toMatchObject([
      { msg: 'A schedule fired.', outcome: 'fired', runs: [expect.any(Number)] },
      { msg: 'A schedule fired.', outcome: 'fired', runs: [expect.any(Number)] },
    ]);
    const history = await firings.list(id, 10);
    expect(history).toMatchObject([{ outcome: 'fired', runs: [expect.any(Number)] }, { outcome: 'fired' }]);
  } finally {
    scheduler.process.kill('SIGKILL');
    await scheduler.done;
    await database.close();
  }
});

it('is refused without a shared database', async () => {
  const { code, stderr } = await cli(['scheduler'], { settings: { MATRE_DATA: folder } });
  expect(code).toBe(3);
  expect(stderr).toContain('use `matre up`');
});
