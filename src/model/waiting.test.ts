import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastQueues } from './forecast.ts';
import type { Reservation } from './reservation.ts';
import { explainWaits, type Occupation, type Waiting, type WorkerPool } from './waiting.ts';

const now = new Date('2026-01-02T03:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const minutes = (count: number) => count * 60_000;
const workers: WorkerPool = { slots: 2, busy: 0, locksReachable: true, engineAnswers: true };
const free: Occupation = { paused: undefined, running: undefined, lockedBy: undefined };
const reservation = (changes: Partial<Reservation>): Reservation => ({
  ...{ id: 1, environmentId: 1, environment: 'us', owner: 'alice', ownerKey: 'account 1', reason: 'cart' },
  ...{ state: 'active', inForce: true, beginsAt: now, begunAt: now, createdAt: now, endsAt: later(30) },
  ...{ afterRun: undefined, durationMs: undefined, waitUntil: undefined, endedAt: undefined },
  ...{ endedBy: undefined, endReason: undefined },
  ...changes,
});
const run = (id: number, environmentId: number, rest: Partial<Waiting> = {}): Waiting => ({
  id,
  environmentId,
  retryAt: undefined,
  expectedMs: minutes(10),
  ...rest,
});

describe('why a run waits', () => {
  const explain = (
    environment: Partial<Occupation>,
    pool: Partial<WorkerPool> = {},
    waiting: Partial<Waiting> = {},
  ) =>
    explainWaits(
      [run(7, 1, waiting)],
      new Map([[1, { ...free, ...environment }]]),
      { ...workers, ...pool },
      now,
    ).get(7);

  it.each([
    [{ paused: 'database copy', running: { id: 3, msLeft: 1 } }, {}, {}, 'environment-paused'],
    [{ running: { id: 3, msLeft: undefined } }, { locksReachable: false }, {}, 'environment-busy'],
    [{ reservations: [reservation({})], running: { id: 3, msLeft: 1 } }, {}, {}, 'reserved'],
    [{ reservations: [reservation({ state: 'waiting' })] }, {}, { reservationId: 1 }, 'reserved'],
    [{ reservations: [reservation({})] }, {}, { reservationId: 1 }, 'starting'],
    [{ reservations: [reservation({ inForce: false, state: 'planned' })] }, {}, {}, 'starting'],
    [{}, {}, { startBy: later(-1) }, 'wait-limit'],
    [{}, {}, { startBy: later(-1), startedAt: later(-5) }, 'starting'],
    [{}, { busy: 2 }, { retryAt: later(1) }, 'retry'],
    [{}, { locksReachable: false, busy: 2 }, { retryAt: later(-1) }, 'locks-unreachable'],
    [{}, { engineAnswers: false, busy: 2 }, {}, 'engine-away'],
    [{ lockedBy: 'another installation' }, { busy: 2 }, {}, 'environment-locked'],
    [{}, { slots: 0 }, {}, 'no-worker'],
    [{}, { busy: 2 }, {}, 'no-free-worker'],
    [{}, { busy: 1 }, {}, 'starting'],
  ])('%j %j %j: %s', (environment, pool, waiting, code) => {
    expect(explain(environment, pool, waiting)?.code).toBe(code);
  });

  it('names the owner, the end and the reason of a reservation', () => {
    expect(explain({ reservations: [reservation({})] })?.message).toBe(
      'environment reserved by alice until 2026-01-02 03:30 UTC: cart',
    );
  });

  it('is not a run behind which no other one waits, when a reservation keeps it waiting', () => {
    const environment = { ...free, reservations: [reservation({})] };
    const waits = explainWaits(
      [run(5, 1), run(6, 1, { reservationId: 1 }), run(7, 1, { reservationId: 1 })],
      new Map([[1, environment]]),
      workers,
      now,
    );
    expect([...waits.values()].map(({ code, run }) => [code, run])).toEqual([
      ['reserved', undefined],
      ['starting', undefined],
      ['behind', 6],
    ]);
  });

  it('has the id of the run that it waits for', () => {
    expect(explain({ running: { id: 3, msLeft: 1 } })).toMatchObject({
      message: 'environment busy with run 3',
      run: 3,
    });
    const waits = explainWaits(
      [run(5, 1), run(6, 2), run(7, 1)],
      new Map([
        [1, free],
        [2, free],
      ]),
      workers,
      now,
    );
    expect(waits.get(7)).toEqual({ code: 'behind', message: 'behind run 5', run: 5 });
  });
});

describe('when runs will start', () => {
  const starts = (queue: Waiting[], environments: [number, Occupation][], slots = 2) =>
    [...forecastQueues(queue, new Map(environments), { ...workers, slots }, now).starts].map(([id, at]) => [
      id,
      (at.getTime() - now.getTime()) / 60_000,
    ]);

  it('follows the queue of an environment, and the workers', () => {
    const busy: Occupation = { ...free, running: { id: 1, msLeft: minutes(5) } };
    expect(starts([run(2, 1), run(3, 1)], [[1, busy]])).toEqual([
      [2, 5],
      [3, 15],
    ]);
    // One worker for three environments.
    expect(
      starts(
        [run(2, 1), run(3, 2), run(4, 3)],
        [
          [1, free],
          [2, free],
          [3, free],
        ],
        1,
      ),
    ).toEqual([
      [2, 0],
      [3, 10],
      [4, 20],
    ]);
  });

  it('has no start for a run whose start cannot be known', () => {
    const unknown: Occupation = { ...free, running: { id: 1, msLeft: undefined } };
    const paused: Occupation = { ...free, paused: 'copy' };
    expect(
      starts(
        [run(2, 1), run(3, 2), run(4, 3)],
        [
          [1, unknown],
          [2, paused],
          [3, free],
        ],
      ),
    ).toEqual([[4, 0]]);
    expect(
      starts(
        [run(2, 1, { expectedMs: undefined }), run(3, 1), run(4, 2)],
        [
          [1, free],
          [2, free],
        ],
      ),
    ).toEqual([
      [2, 0],
      [4, 0],
    ]);
    expect(starts([run(2, 1)], [[1, free]], 0)).toEqual([]);
    expect(starts([run(2, 1, { retryAt: later(3) })], [[1, free]])).toEqual([[2, 3]]);
  });

  describe('around reservations', () => {
    const forecast = (queue: Waiting[], environment: Occupation) => {
      const { starts, begins } = forecastQueues(queue, new Map([[1, environment]]), workers, now);
      const minutesOf = (times: Map<number, Date>) =>
        [...times].map(([id, at]) => [id, (at.getTime() - now.getTime()) / 60_000]);
      return { starts: minutesOf(starts), begins: minutesOf(begins) };
    };
    const planned = (changes: Partial<Reservation>) =>
      reservation({ state: 'planned', inForce: false, begunAt: undefined, ...changes });

    it('starts after one that is active, unless it may start inside', () => {
      const environment = { ...free, reservations: [reservation({})] };
      expect(forecast([run(2, 1), run(3, 1, { reservationId: 1 })], environment).starts).toEqual([
        [2, 30],
        [3, 40],
      ]);
      expect(forecast([run(3, 1, { reservationId: 1 }), run(4, 1)], environment).starts).toEqual([
        [3, 0],
        [4, 30],
      ]);
    });

    it('lets one begin after its run, and the runs behind that start after its duration', () => {
      const after = planned({ afterRun: 2, endsAt: undefined, durationMs: minutes(60) });
      expect(forecast([run(2, 1), run(3, 1)], { ...free, reservations: [after] })).toEqual({
        starts: [
          [2, 0],
          [3, 70],
        ],
        begins: [[1, 10]],
      });
    });

    it('lets one begin at its time, after the run that executes then', () => {
      const at = planned({ beginsAt: later(5), endsAt: later(60) });
      expect(forecast([run(2, 1), run(3, 1)], { ...free, reservations: [at] })).toEqual({
        starts: [
          [2, 0],
          [3, 60],
        ],
        begins: [[1, 10]],
      });
      const idle = {
        ...free,
        reservations: [at, planned({ id: 2, beginsAt: later(30), endsAt: later(90) })],
      };
      expect(forecast([], idle).begins).toEqual([
        [1, 5],
        [2, 60],
      ]);
    });

    it('has no start for a run that would start later than its limit of waiting allows', () => {
      const environment = { ...free, reservations: [reservation({})] };
      expect(forecast([run(2, 1, { startBy: later(20) }), run(3, 1)], environment).starts).toEqual([[3, 30]]);
    });
  });

  it('never starts two on one environment at a time, nor more than there are workers', () => {
    const queues = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 3 }), (runs, slots) => {
        const queue = runs.map(([environment, length], index) =>
          run(index + 1, environment, { expectedMs: minutes(length) }),
        );
        const { starts } = forecastQueues(queue, new Map(), { ...workers, slots }, now);
        expect(starts.size).toBe(queue.length);
        const spans = queue.map(({ id, environmentId, expectedMs = 0 }) => {
          const from = starts.get(id)?.getTime() ?? 0;
          return { environmentId, from, to: from + expectedMs };
        });
        for (const { environmentId, from } of spans) {
          const concurrent = spans.filter((other) => other.from <= from && from < other.to);
          expect(concurrent.length).toBeLessThanOrEqual(slots);
          expect(concurrent.filter((other) => other.environmentId === environmentId)).toHaveLength(1);
        }
      }),
    );
  });
});
