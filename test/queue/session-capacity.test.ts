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

/** No more concurrent tests than sessions, counting each replica of an environment. */
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

  it('claims no more runs than there are sessions, and reports no capacity', async () => {
    await waiting(1, 1, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b', 'c', 'd'], [], 2))).toEqual([
      'e0',
      'e1',
      'full',
      undefined,
    ]);
    expect(summaryOf(await queue.claimFor(['c'], [], 2))).toEqual(['full']);
    expect(summaryOf(await queue.claimFor(['c'], [], 3))).toEqual(['e2']);
  });

  it('claims nothing without sessions, and everything without a limit', async () => {
    await waiting(1, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b'], [], 0))).toEqual(['full', 'full']);
    expect(summaryOf(await queue.claimFor(['a', 'b'], []))).toEqual(['e0', 'e1']);
  });

  it('counts replicas, keeps the order, and lets a run with more replicas than sessions execute alone', async () => {
    await waiting(5, 1);
    expect(summaryOf(await queue.claimFor(['a', 'b'], [], 3))).toEqual(['e0', 'full']);
    const [running] = await queue.held();
    await queue.finish(running?.runId ?? 0, running?.fence ?? 0, 'passed');
    expect(summaryOf(await queue.claimFor(['b'], [], 3))).toEqual(['e1']);
  });

  it('never grants the last session to two concurrent workers', async () => {
    await waiting(...Array.from({ length: 12 }, () => 1));
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => queue.claimFor([`w${index}`], [], 4)),
    );
    const claimed = summaryOf(results.flat()).filter((each) => each?.startsWith('e'));
    expect(claimed.length).toBeLessThanOrEqual(4);
    expect(await queue.held()).toHaveLength(claimed.length);
  });
});
