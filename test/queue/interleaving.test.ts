import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Environment } from '../../src/model/environment.ts';
import type { Run } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { withClient } from '../support/postgres.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

/**
 * The dangerous moment of a claim is after its first statement has read the tables and before it locks an environment:
 * too short to be hit by chance. Here a row level policy suspends a claim there, on a lock of the test.
 */
describe('a concurrent change while a claim selects a run', () => {
  let testDatabase: TestDatabase;
  let lockConnection: Database;
  let role: string;
  let queue: Queue;
  let runs: Runs;
  let environments: Environments;
  let a: Environment;
  let first: Run;
  let second: Run;
  let otherRun: Run;

  beforeAll(async () => {
    testDatabase = await openTestDatabase('postgres');
    const { database, url = '' } = testDatabase;
    role = `matre_held_${randomUUID().replaceAll('-', '')}`;
    await database.script(`
      CREATE ROLE ${role};
      GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
      CREATE FUNCTION gate() RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_lock_shared(1);
          PERFORM pg_advisory_unlock_shared(1);
          RETURN true;
        END $$;
      ALTER TABLE environment ENABLE ROW LEVEL SECURITY;
      CREATE POLICY gate ON environment USING (gate());`);
    lockConnection = await openPostgres({
      url: `${url}?options=${encodeURIComponent(`-c role=${role}`)}`,
      log: quiet,
    });
    queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    runs = createRuns({ database });
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  });
  afterAll(async () => {
    await lockConnection.close();
    await testDatabase.database.script(`DROP OWNED BY ${role}; DROP ROLE ${role};`);
    await testDatabase.close();
  });
  beforeEach(async () => {
    await testDatabase.clear();
    a = await environments.create(newEnvironment('a'));
    const b = await environments.create(newEnvironment('b'));
    first = await submit(a);
    second = await submit(a);
    otherRun = await submit(b);
  });

  async function submit(environment: Environment, priority = 0): Promise<Run> {
    const [run] = await runs.insert([
      { environmentId: environment.id, selection: emptySelection, priority, requestedBy: 'test' },
    ]);
    if (!run) throw new Error('no run');
    return run;
  }

  /** The result of a claim that read the tables before `meanwhile` and locks an environment after it. */
  async function claimWhile(change: () => Promise<unknown>): Promise<number | undefined> {
    return withClient(testDatabase.url ?? '', async (client) => {
      await client.query('SELECT pg_advisory_lock(1)');
      const claim = claimOne(createQueue({ database: lockConnection, log: quiet, leaseMs: 60_000 }), 'held');
      await waitFor(async () => {
        const { rowCount } = await client.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
        );
        return rowCount === 1;
      });
      await change();
      await client.query('SELECT pg_advisory_unlock(1)');
      return (await claim)?.run.id;
    });
  }

  const claimOther = async () => {
    const claim = await claimOne(queue, 'other');
    expect(claim?.run.id).toBe(first.id);
    return claim;
  };

  it('no change: the claim gets the head', async () => {
    expect(await claimWhile(async () => undefined)).toBe(first.id);
  });

  it('invariant 1: another worker claims the environment', async () => {
    expect(await claimWhile(claimOther)).toBe(otherRun.id);
  });

  it('invariant 1: another worker claims the environment, and a run of high priority is submitted', async () => {
    const claimed = await claimWhile(async () => {
      await claimOther();
      await submit(a, 10);
    });
    expect(claimed).toBe(otherRun.id);
  });

  it('invariant 2: a run of high priority is submitted', async () => {
    let urgent: Run | undefined;
    const claimed = await claimWhile(async () => {
      urgent = await submit(a, 10);
    });
    expect(claimed).toBe(urgent?.id);
  });

  it('invariant 2: another worker claims the environment and requeues the run', async () => {
    const claimed = await claimWhile(async () => {
      const claim = await claimOther();
      await queue.requeue(first.id, claim?.fence ?? 0);
    });
    expect(claimed).toBe(first.id);
    expect((await runs.get(first.id)).fence).toBe(2);
  });

  it('invariant 2: another worker claims the environment and finishes the run', async () => {
    const claimed = await claimWhile(async () => {
      const claim = await claimOther();
      await queue.finish(first.id, claim?.fence ?? 0, 'passed');
    });
    expect(claimed).toBe(second.id);
  });

  it('the head is cancelled', async () => {
    expect(await claimWhile(() => runs.cancel(first.id))).toBe(second.id);
  });

  it('all runs of the environment are cancelled: the claim moves on to the next environment', async () => {
    const claimed = await claimWhile(async () => {
      await runs.cancel(first.id);
      await runs.cancel(second.id);
    });
    expect(claimed).toBe(otherRun.id);
  });

  it('the environment is paused', async () => {
    expect(await claimWhile(() => environments.pause(a.id, 'deployment'))).toBe(otherRun.id);
  });

  it('no claimable run is left', async () => {
    const claimed = await claimWhile(async () => {
      await claimOther();
      await runs.cancel(otherRun.id);
    });
    expect(claimed).toBeUndefined();
  });

  it('an uncommitted submission does not hide its environment', async () => {
    await withClient(testDatabase.url ?? '', async (client) => {
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO run (environment_id, selection, requested_by) VALUES ($1, '{}', 'slow')`,
        [a.id],
      );
      await claimOther();
      await client.query('ROLLBACK');
    });
  });
});
