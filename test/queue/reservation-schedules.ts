import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { cancelOverdueRuns } from '../../src/store/tables/overdue-runs.ts';
import { createReservations, type Reservations } from '../../src/store/tables/reservations.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';
import { createReservationModel, type ReservationModel } from './reservation-model.ts';

interface Real {
  database: Database;
  reservations: Reservations;
  runs: Runs;
  queue: Queue;
}

type Act = (model: ReservationModel, real: Real) => Promise<void>;

/**
 * Executes random schedules of runs, reservations, deaths of workers and passing hours on both, and compares which runs start. Between
 * two steps any time may pass in which no process looks after reservations. Returns how many claims a reservation kept waiting.
 */
export async function executeReservationSchedules(
  testDatabase: TestDatabase,
  numRuns: number,
): Promise<{ kept: number }> {
  const { database } = testDatabase;
  const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
  const real: Real = {
    database,
    reservations: createReservations({ database }),
    runs: createRuns({ database }),
    queue: createQueue({ database, log: quiet, leaseMs: 3_600_000_000 }),
  };
  const statistics = { kept: 0 };
  // So each schedule has a reservation that keeps a run waiting, whatever its random steps are.
  const begin = [reserve({ at: 0, length: 4, hasEnd: true }), submit({ at: 0 }), claim(statistics)];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...steps(statistics)), { minLength: 12, maxLength: 36, size: 'max' }),
      async (acts) => {
        await testDatabase.clear();
        const ids: number[] = [];
        for (const code of ['a', 'b']) ids.push((await environments.create(newEnvironment(code))).id);
        const model = createReservationModel(ids);
        for (const act of [...begin, ...acts]) await act(model, real);
        await expectNoRunInside(database);
      },
    ),
    { numRuns },
  );
  return statistics;
}

/**
 * From the recorded times alone: no attempt began between begin and end of a reservation that is not its own. All three times are those
 * of the clock while the environment was locked, so they are in the order in which claims and reservations had it.
 */
export async function expectNoRunInside(database: Database): Promise<void> {
  const inside = await database.query(
    `SELECT run.id AS run, reservation.id AS reservation FROM attempt JOIN run ON run.id = run_id
     JOIN reservation ON reservation.environment_id = run.environment_id
     WHERE begun_at IS NOT NULL AND run.reservation_id IS DISTINCT FROM reservation.id
       AND attempt.started_at >= begun_at AND attempt.started_at < coalesce(reservation.ended_at, ends_at)`,
  );
  expect(inside).toEqual([]);
}

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];
const index = fc.nat(1_000);
const hours = fc.integer({ min: 1, max: 4 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** A step that fast-check prints by its name. */
const step = (name: string, act: Act): Act => Object.assign(act, { toString: () => name });

const hourMs = 3_600_000;

interface ReserveInput {
  at: number;
  after?: number | undefined;
  from?: number | undefined;
  length: number;
  wait?: number | undefined;
  hasEnd: boolean;
}

const reserve = (input: ReserveInput): Act =>
  step(`reserve ${JSON.stringify(input)}`, async (model, { reservations }) => {
    const { at, after, from = 0, length, wait, hasEnd } = input;
    const environmentId = pick(model.environmentIds, at) as number;
    const own = model.runs.filter((run) => run.environmentId === environmentId);
    const run = after === undefined ? undefined : pick(own, after);
    const now = Date.now();
    const begins = model.hour() + from;
    const { id } = await reservations.create({
      ...{ environmentId, owner: 'alice', ownerKey: 'account 1', reason: 'model', afterRun: run?.id },
      beginsAt: from === 0 ? undefined : new Date(now + from * hourMs),
      endsAt: hasEnd ? new Date(now + (from + length) * hourMs) : undefined,
      durationMs: hasEnd ? undefined : length * hourMs,
      waitAtMostMs: wait === undefined ? undefined : wait * hourMs,
    });
    model.reservations.push({
      ...{ id, environmentId, begins, after: run, begun: undefined, ended: false },
      ends: hasEnd ? begins + length : undefined,
      length: hasEnd ? undefined : length,
      waitUntil: wait === undefined ? undefined : begins + wait,
    });
    model.begin(environmentId);
  });

interface SubmitInput {
  at: number;
  inside?: number | undefined;
  wait?: number | undefined;
}

const submit = (input: SubmitInput): Act =>
  step(`submit ${JSON.stringify(input)}`, async (model, { runs }) => {
    const environmentId = pick(model.environmentIds, input.at) as number;
    const own = model.reservations.filter((each) => each.environmentId === environmentId);
    const reservation = input.inside === undefined ? undefined : pick(own, input.inside);
    const { wait } = input;
    const [run] = await runs.insert([
      {
        ...{ environmentId, selection: emptySelection, requestedBy: 'model' },
        ...{ reservationId: reservation?.id, waitAtMostMs: wait === undefined ? undefined : wait * hourMs },
      },
    ]);
    model.runs.push({
      ...{
        id: run?.id ?? 0,
        environmentId,
        state: 'queued',
        fence: undefined,
        started: false,
        reservation,
      },
      startBy: wait === undefined ? undefined : model.hour() + wait,
    });
  });

const claim = (statistics: { kept: number }): Act =>
  step('claim', async (model, { queue }) => {
    const results = await queue.claimFor(['w1', 'w2', 'w3'], []);
    const claims = results.flatMap((each) => (typeof each === 'object' ? each : []));
    const expected = model.environmentIds.flatMap((id) => model.claimable(id) ?? []);
    expect(claims.map(({ run }) => run.id).sort((a, b) => a - b)).toEqual(
      expected.map(({ id }) => id).sort((a, b) => a - b),
    );
    statistics.kept += model.environmentIds.filter((id) => {
      const own = model.runs.filter(({ environmentId }) => environmentId === id);
      const waits =
        own.some(({ state }) => state === 'queued') && !own.some(({ state }) => state === 'running');
      return waits && model.claimable(id) === undefined;
    }).length;
    for (const run of expected) {
      const fence = claims.find((each) => each.run.id === run.id)?.fence;
      Object.assign(run, { state: 'running', started: true, fence });
    }
  });

/** The random steps. */
function steps(statistics: { kept: number }): fc.Arbitrary<Act>[] {
  const randomReserve = fc
    .record({
      ...{ at: index, after: optional(index), from: optional(hours), length: hours, wait: optional(hours) },
      hasEnd: fc.boolean(),
    })
    .map(reserve);
  const randomSubmit = fc.record({ at: index, inside: optional(index), wait: optional(hours) }).map(submit);
  const constantClaim = fc.constant(claim(statistics));
  const onRunning = (
    name: string,
    act: (run: ReservationModel['runs'][number], real: Real) => Promise<void>,
  ) =>
    index.map((number) =>
      step(`${name}(${number})`, async (model, real) => {
        const run = pick(
          model.runs.filter(({ state }) => state === 'running'),
          number,
        );
        if (run) await act(run, real);
      }),
    );
  return [
    randomReserve,
    randomReserve,
    randomSubmit,
    randomSubmit,
    randomSubmit,
    constantClaim,
    constantClaim,
    constantClaim,
    onRunning('finish', async (run, { queue }) => {
      await queue.finish(run.id, run.fence ?? 0, 'passed');
      run.state = 'finished';
    }),
    onRunning('lose the worker', async (run, { database, queue }) => {
      await database.query(`UPDATE run SET lease_until = now() - interval '5 seconds' WHERE id = $1`, [
        run.id,
      ]);
      await queue.requeueExpired({ maxAttempts: 100 });
      run.state = 'queued';
    }),
    index.map((number) =>
      step(`cancel(${number})`, async (model, { runs }) => {
        const run = pick(
          model.runs.filter(({ state }) => state === 'queued'),
          number,
        );
        if (!run) return;
        await runs.cancel(run.id);
        run.state = 'finished';
      }),
    ),
    index.map((number) =>
      step(`retry by a user(${number})`, async (model, { runs }) => {
        const run = pick(
          model.runs.filter(({ state }) => state === 'finished'),
          number,
        );
        if (!run) return;
        await runs.retryFailed(run.id, 'model');
        Object.assign(run, { state: 'queued', started: false, startBy: undefined });
        for (const each of model.reservations) if (each.after === run && !each.ended) each.after = undefined;
      }),
    ),
    fc.record({ at: index, length: optional(hours) }).map(({ at, length }) =>
      step(
        length === undefined ? `end(${at})` : `change(${at}, ${length} h)`,
        async (model, { reservations }) => {
          const reservation = pick(model.reservations, at);
          if (!reservation) return;
          const isOpen =
            !reservation.ended && (reservation.ends === undefined || reservation.ends > model.hour());
          // Half an hour more, so that no two times are equal.
          const end = model.hour() + (length ?? 0) + 0.5;
          const isInTime = end > (reservation.begun ?? reservation.begins);
          const change =
            length === undefined
              ? reservations.end(reservation.id, 'model')
              : reservations.change(reservation.id, {
                  endsAt: new Date(Date.now() + (length + 0.5) * hourMs),
                });
          if (!isOpen) return expect(change).rejects.toMatchObject({ code: 'RESERVATION_ENDED' });
          if (length === undefined) reservation.ended = true;
          else if (!isInTime)
            return expect(change).rejects.toMatchObject({ code: 'RESERVATION_TIME_INVALID' });
          else Object.assign(reservation, { ends: end, length: undefined });
          await change;
        },
      ),
    ),
    fc.constant(
      step('advance', async (model, { reservations, database }) => {
        await reservations.advance();
        await cancelOverdueRuns(database);
        model.advance();
        const open = (await reservations.open()).map(({ id, begunAt }) => [id, begunAt !== undefined]);
        const expected = model.reservations.filter(({ ended }) => !ended);
        expect(new Map(open as [number, boolean][])).toEqual(
          new Map(expected.map(({ id, begun }) => [id, begun !== undefined])),
        );
      }),
    ),
    hours.map((count) =>
      step(`${count} h pass`, async (model, { database }) => {
        const back = `- interval '${count} hours'`;
        await database.script(`
          UPDATE reservation SET begins_at = begins_at ${back}, ends_at = ends_at ${back}, begun_at = begun_at ${back},
            wait_until = wait_until ${back}, ended_at = ended_at ${back};
          UPDATE run SET start_by = start_by ${back}, queued_at = queued_at ${back}; UPDATE attempt SET started_at = started_at ${back};`);
        model.pass(count);
      }),
    ),
  ];
}
