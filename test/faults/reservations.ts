import type { Database } from '../../src/store/database/database.ts';
import { createReservations } from '../../src/store/tables/reservations.ts';
import type { Evidence, Lifetime } from './evidence.ts';
import type { Installation } from './installation.ts';
import type { Violation } from './judge.ts';
import type { Random } from './random.ts';
import { pause } from './stores.ts';

/** A reservation that began. Monotonic milliseconds. */
export interface FinalReservation {
  id: number;
  environmentId: number;
  from: number;
  to: number;
}

/**
 * Reserves environments for some seconds, `count` times and one each `everyMs`, until `stop` is called: at once or after a queued run,
 * with an end or a length; half of them with a run inside. Some are extended or ended early.
 */
export function startReserving(
  { environments, submit }: Pick<Installation, 'environments' | 'submit'>,
  options: { database: Database; random: Random; count: number; everyMs: number },
): { stop(): Promise<void> } {
  const { database, random, count, everyMs } = options;
  const reservations = createReservations({ database });
  const shared = { owner: 'faults', ownerKey: 'program: faults', reason: 'faults' };
  let isStopped = false;

  async function reserve(): Promise<void> {
    const environment = random.pick(environments);
    if (environment === undefined) return;
    const lengthMs = random.between(1_500, 5_000);
    const [queued] = await database.query<{ id: number }>(
      `SELECT id FROM run WHERE environment_id = $1 AND state = 'queued' ORDER BY id LIMIT 1`,
      [environment.id],
    );
    const { id } = await reservations.create({
      ...{ ...shared, environmentId: environment.id },
      afterRun: random.between(1, 10) <= 5 ? queued?.id : undefined,
      ...(random.between(1, 10) <= 3
        ? { endsAt: new Date(Date.now() + 4 * lengthMs) }
        : { durationMs: lengthMs }),
    });
    if (random.between(1, 10) <= 5) await submit(environment, random, id);
    if (random.between(1, 10) <= 2)
      await reservations.change(id, { endsAt: new Date(Date.now() + 3 * lengthMs) });
    if (random.between(1, 10) <= 1) await reservations.end(id, 'faults');
  }

  const working = (async () => {
    for (let done = 0; !isStopped && done < count; done++) {
      // While the database is unreachable nothing can be reserved.
      await reserve().catch(() => {});
      await pause(everyMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await working;
    },
  };
}

/** The reservations that began, with the difference of the clock of the database to the monotonic one. */
export async function readReservations(database: Database, offset: number): Promise<FinalReservation[]> {
  const rows = await database.query<{ id: number; environment_id: number; begun_at: Date; end_at: Date }>(
    `SELECT id, environment_id, begun_at, coalesce(ended_at, ends_at) AS end_at FROM reservation
     WHERE begun_at IS NOT NULL ORDER BY id`,
  );
  return rows.map(({ id, environment_id, begun_at, end_at }) => ({
    id,
    environmentId: environment_id,
    from: begun_at.getTime() + offset,
    to: end_at.getTime() + offset,
  }));
}

/** Two clocks are compared, which may differ slightly. */
const toleranceMs = 50;

/** Invariant 13, as seen by the containers: no process of a run lives inside a reservation that is not its own. */
export function insideReservations({
  lifetimes,
  reservations,
  runs,
}: Pick<Evidence, 'lifetimes' | 'reservations' | 'runs'>): Violation[] {
  const own = new Map(runs.map(({ id, reservationId }) => [id, reservationId]));
  const isInside = (lifetime: Lifetime, { id, environmentId, from, to }: FinalReservation) =>
    lifetime.environmentId === environmentId &&
    own.get(lifetime.runId) !== id &&
    lifetime.from < to - toleranceMs &&
    lifetime.to > from + toleranceMs;
  return reservations.flatMap((reservation) =>
    lifetimes
      .filter((lifetime) => isInside(lifetime, reservation))
      .map(
        ({ runId, fence, test }): Violation => ({
          kind: 'reserved',
          message: `${test ?? 'the generation'} of run ${runId} (fence ${fence}) ran inside reservation ${reservation.id}`,
        }),
      ),
  );
}

/** What the reservations of a campaign did; empty when there were none. */
export function describeReservations({
  lifetimes,
  reservations,
  runs,
}: Pick<Evidence, 'lifetimes' | 'reservations' | 'runs'>): string[] {
  if (reservations.length === 0) return [];
  const reservedMs = reservations.reduce((sum, { from, to }) => sum + to - from, 0);
  const inside = new Set(
    lifetimes
      .filter(({ runId, from }) => {
        const id = runs.find((run) => run.id === runId)?.reservationId;
        const own = reservations.find((each) => each.id === id);
        return own && from > own.from && from < own.to;
      })
      .map(({ runId }) => runId),
  );
  return [
    `${reservations.length} reservations began, ${Math.round(reservedMs / 1000)} s in all; ${inside.size} runs were submitted into them and started inside`,
  ];
}
