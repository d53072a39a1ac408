import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { ClaimResult } from '../../src/queue/claim.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { kinds, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

/** As many tests at a time as there are browser sessions, each slot of an environment counted. */
describe.each(kinds)('%s', (kind) => {
  let testDatabase: TestDatabase;
  let queue: Queue;
  let environments: Environments;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    const { database } = testDatabase;
    queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  /** Environments with these numbers of replicas, each with a queued run. */
  async function waiting(...slots: number[]): Promise<void> {
    for (const [index, count] of slots.entries()) {
      const { id } = await environments.create({ ...newEnvironment(`e${index}`), slots: count });
      await createRuns(testDatabase).insert([
        { environmentId: id, selection: emptySelection, requestedBy: 'test' },
      ]);
    }
  }
  const summaryOf = (results: ClaimResult[]) =>
    results.map((each) => (typeof each === 'object' ? each.environment.code : each));

  it('gives no more runs than there are sessions, and reports a lack of capacity', async () => {
    await waiting(1, 1, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b', 'c', 'd'], [], 2))).toEqual([
      'e0',
      'e1',
      'no-capacity',
      undefined,
    ]);
    expect(summaryOf(await queue.claimFor(['c'], [], 2))).toEqual(['no-capacity']);
    expect(summaryOf(await queue.claimFor(['c'], [], 3))).toEqual(['e2']);
  });

  it('gives no run without a session, and every run without a limit', async () => {
    await waiting(1, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b'], [], 0))).toEqual(['no-capacity', 'no-capacity']);
    expect(summaryOf(await queue.claimFor(['a', 'b'], []))).toEqual(['e0', 'e1']);
  });

  it('counts slots, skips no environment, and gives one with more slots than sessions alone', async () => {
    await waiting(5, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b'], [], 3))).toEqual(['e0', 'no-capacity']);
    const [running] = await queue.runningClaims();
    await queue.finish(running?.runId ?? 0, running?.fence ?? 0, 'passed');
    expect(summaryOf(await queue.claimFor(['b'], [], 3))).toEqual(['e1']);
  });

  it('never gives the last session twice to concurrent claims', async () => {
    await waiting(...Array.from({ length: 12 }, () => 1));
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => queue.claimFor([`w${index}`], [], 4)),
    );
    const claimed = summaryOf(results.flat()).filter((each) => each?.startsWith('e'));
    expect(claimed.length).toBeLessThanOrEqual(4);
    expect(await queue.runningClaims()).toHaveLength(claimed.length);
  });
});
