import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainWaits, forecastStarts, type Occupation, type Waiting, type WorkerPool } from './waiting.ts';

const now = new Date('2026-01-02T03:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const minutes = (count: number) => count * 60_000;
const workers: WorkerPool = { slots: 2, busy: 0, locksReachable: true, engineAnswers: true };
const free: Occupation = { paused: undefined, running: undefined, lockedBy: undefined };
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
    [...forecastStarts(queue, new Map(environments), { ...workers, slots }, now)].map(([id, at]) => [
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

  it('never starts two on one environment at a time, nor more than there are workers', () => {
    const queues = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 3 }), (runs, slots) => {
        const queue = runs.map(([environment, length], index) =>
          run(index + 1, environment, { expectedMs: minutes(length) }),
        );
        const starts = forecastStarts(queue, new Map(), { ...workers, slots }, now);
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
