import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { Status } from '../../src/model/result.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { NewPlannedTest, Recorder } from '../../src/queue/recorder.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createPlans } from '../../src/store/tables/plans.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';

export interface StartedRun {
  id: number;
  fence: number;
  attempt: number;
  record: Recorder;
}

/** Runs with attempts, for the tests of retries: a database with the environment `a`, which is empty before each test. */
export function retriedRuns(kind: Kind) {
  let testDatabase: TestDatabase;
  const parts = {} as {
    database: Database;
    environments: Environments;
    runs: Runs;
    queue: Queue;
    environmentId: number;
  };

  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    const { database } = testDatabase;
    Object.assign(parts, {
      database,
      environments: createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) }),
      runs: createRuns({ database }),
      queue: createQueue({ database, log: quiet, leaseMs: 60_000 }),
    });
  });
  afterAll(() => testDatabase.close());
  beforeEach(async () => {
    await testDatabase.clear();
    ({ id: parts.environmentId } = await parts.environments.create(newEnvironment('a')));
  });

  async function submit(): Promise<number> {
    const { runs, environmentId } = parts;
    const [run] = await runs.insert([{ environmentId, selection: emptySelection, requestedBy: 'test' }]);
    return run?.id ?? 0;
  }

  /** Claims the next run; `tests` is its plan, if it has none yet. */
  async function start(tests: NewPlannedTest[] = []): Promise<StartedRun> {
    const claim = await claimOne(parts.queue, 'w');
    if (!claim) throw new Error('nothing to claim');
    const { run, fence } = claim;
    const record = parts.queue.recorder(run.id, fence);
    if (tests.length > 0) await record.plan(tests);
    return { id: run.id, fence, attempt: run.attempt, record };
  }

  return {
    parts,
    submit,
    start,

    /** A finished run whose tests ended so. */
    async finished(
      statuses: Record<string, Status>,
      verdict: 'passed' | 'failed' = 'failed',
    ): Promise<StartedRun> {
      await submit();
      const run = await start(planOf(...Object.keys(statuses)));
      for (const [test, status] of Object.entries(statuses)) await run.record.result(newResult(test, status));
      await parts.queue.finish(run.id, run.fence, verdict);
      return run;
    },

    /** The tests that the current attempt has to execute. */
    async open({ record }: StartedRun): Promise<string[]> {
      return (await record.planned()).filter(({ done }) => !done).map(({ test }) => test.name);
    },

    /** The statuses of all results: `A1 failed`, in the order of the plan. */
    async results(id: number): Promise<string[]> {
      const results = await createResults({ database: parts.database }).list(id);
      return results.map(({ test, attempt, status }) => `${test}${attempt} ${status}`);
    },

    plan: (id: number) => createPlans({ database: parts.database }).list(id),

    expireLease: (id: number) =>
      parts.database.query(`UPDATE run SET lease_until = now() - interval '5 seconds' WHERE id = $1`, [id]),
  };
}

export const planOf = (...names: string[]): NewPlannedTest[] =>
  names.map((name) => ({ name, suite: undefined }));
