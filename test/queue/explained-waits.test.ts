import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { explainWaits, type Occupation } from '../../src/model/waiting.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createOverview } from '../../src/store/tables/overview.ts';
import { createReservations } from '../../src/store/tables/reservations.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

interface QueuedRun {
  priority: number;
  retry: 'none' | 'past' | 'future';
  /** Its limit of waiting. */
  limit: 'none' | 'past' | 'future';
  /** It may start in the reservation. */
  inside: boolean;
}

interface EnvironmentState {
  running: boolean;
  paused: boolean;
  /** Only an environment without runs to do can be removed. */
  removed: boolean;
  reservation: 'none' | 'planned' | 'waiting' | 'active' | 'over';
  queued: QueuedRun[];
}

const hourMs = 3_600_000;

const states = fc.array(
  fc.record<EnvironmentState>({
    running: fc.boolean(),
    paused: fc.boolean(),
    removed: fc.boolean(),
    reservation: fc.constantFrom('none', 'none', 'planned', 'waiting', 'active', 'over'),
    queued: fc.array(
      fc.record<QueuedRun>({
        priority: fc.constantFrom(-5, 0, 0, 5),
        retry: fc.constantFrom('none', 'none', 'past', 'future'),
        limit: fc.constantFrom('none', 'none', 'past', 'future'),
        inside: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

/** An environment whose one run can start, so both sides have something to say about each state. */
const free: EnvironmentState = {
  ...{ running: false, paused: false, removed: false, reservation: 'none' },
  queued: [{ priority: 0, retry: 'none', limit: 'none', inside: false }],
};

/** `explainWaits` and the SQL of a claim state the same rule twice; this test ties them together. */
it('a claim gets exactly the runs whose wait is explained as starting', async () => {
  const opened = await openTestDatabase('embedded');
  try {
    let starting = 0;
    await fc.assert(
      fc.asyncProperty(states, async (environments) => {
        await opened.clear();
        const ids = await createStates(opened, [...environments, free]);
        const explained = await runsExplainedAsStarting(opened);
        starting += explained.length;
        const queue = createQueue({ database: opened.database, log: quiet, leaseMs: 60_000 });
        const claims = await queue.claimFor(
          [...ids, 0].map((id) => `w${id}`),
          [],
        );
        const claimed = claims.flatMap((claim) => (typeof claim === 'object' ? claim.run.id : []));
        expect(claimed.toSorted((one, other) => one - other)).toEqual(explained);
        expect(claims.filter((claim) => typeof claim === 'string')).toEqual([]);
      }),
      { numRuns: 100 },
    );
    // The run of `free` starts in each state.
    expect(starting).toBeGreaterThanOrEqual(100);
  } finally {
    await opened.close();
  }
});

/** Creates the environments with their runs; their ids. */
async function createStates(
  { database }: TestDatabase,
  states: readonly EnvironmentState[],
): Promise<number[]> {
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const runs = createRuns({ database });
  const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
  const ids: number[] = [];
  const reservations = createReservations({ database });
  for (const [index, { running, paused, removed, reservation, queued }] of states.entries()) {
    const { id } = await environments.create(newEnvironment(`e${index}`));
    const submit = (priority: number) =>
      runs.insert([{ environmentId: id, selection: emptySelection, priority, requestedBy: 'test' }]);
    if (running) {
      await submit(0);
      await claimOne(queue, 'earlier', { excludeEnvironments: ids });
    }
    const reservationId =
      reservation === 'none'
        ? undefined
        : (
            await reservations.create({
              ...{ environmentId: id, owner: 'alice', ownerKey: 'account 1', reason: 'test' },
              beginsAt: new Date(Date.now() + hourMs),
              endsAt: new Date(Date.now() + 2 * hourMs),
            })
          ).id;
    if (reservationId !== undefined && reservation !== 'planned') {
      await database.query(
        `UPDATE reservation SET begins_at = now() - interval '1 hour',
           ends_at = now() + CASE WHEN $2 = 'over' THEN -1 ELSE 1 END * interval '1 hour',
           begun_at = CASE WHEN $2 <> 'waiting' THEN now() - interval '1 hour' END WHERE id = $1`,
        [reservationId, reservation],
      );
    }
    for (const { priority, retry, limit, inside } of queued) {
      const [run] = await submit(priority);
      await database.query(
        `UPDATE run SET reservation_id = $2, start_by = now() + $3 * interval '1 hour' WHERE id = $1`,
        [run?.id, inside ? (reservationId ?? null) : null, { none: null, past: -1, future: 1 }[limit]],
      );
      if (retry === 'none') continue;
      await database.query(`UPDATE run SET retry_at = now() + $2 * interval '1 hour' WHERE id = $1`, [
        run?.id,
        retry === 'past' ? -1 : 1,
      ]);
    }
    if (paused) await environments.pause(id, 'deployment');
    if (removed && !running && queued.length === 0) await environments.remove(id);
    ids.push(id);
  }
  return ids;
}

/** Ids of the runs that would start at once if there were enough workers, by `explainWaits`; in order. */
async function runsExplainedAsStarting({ database }: TestDatabase): Promise<number[]> {
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const overview = createOverview({ database });
  const queues = await overview.queues();
  const reservations = await createReservations({ database }).open();
  const occupations = new Map(
    (await environments.list()).map(({ id, paused }): [number, Occupation] => {
      const running = queues.get(id)?.running;
      return [
        id,
        {
          paused: paused?.reason,
          running: running === undefined ? undefined : { id: running, msLeft: undefined },
          lockedBy: undefined,
          reservations: reservations.filter(({ environmentId }) => environmentId === id),
        },
      ];
    }),
  );
  const workers = { slots: 100, busy: 0, locksReachable: true, engineAnswers: true };
  const waits = explainWaits(await overview.waitingRuns(1_000), occupations, workers, new Date());
  return [...waits]
    .flatMap(([id, { code }]) => (code === 'starting' ? id : []))
    .sort((one, other) => one - other);
}
