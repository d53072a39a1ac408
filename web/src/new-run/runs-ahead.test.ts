import { describe, expect, it } from 'vitest';
import type { Now } from '../environments/queries.ts';
import { queueAhead } from '../selection/runs-ahead.ts';

const at = '2026-11-22T10:00:00.000Z';
const minute = 60_000;
const inMinutes = (minutes: number) => new Date(new Date(at).getTime() + minutes * minute);

function lane(fields: Partial<Now['lanes'][number]> = {}): Now['lanes'][number] {
  return {
    id: 1,
    code: 'us',
    name: 'US',
    paused: null,
    running: null,
    queued: 0,
    reservations: [],
    latest: null,
    bars: [],
    more: false,
    ...fields,
  };
}

function waiting(id: number, fields: Partial<Now['queue'][number]> = {}): Now['queue'][number] {
  return {
    id,
    environment: 'us',
    summary: 'all',
    priority: 0,
    position: id,
    requestedBy: 'api',
    queuedAt: at,
    retryAt: null,
    startBy: null,
    reservationId: null,
    waits: { code: 'behind', message: '', run: null },
    expectedMs: 10 * minute,
    expectedStartAt: inMinutes(id * 10).toISOString(),
    ...fields,
  };
}

function now(fields: Partial<Now> = {}): Now {
  return {
    at,
    from: at,
    to: at,
    lanes: [lane()],
    queue: [],
    queued: { runs: 0, oldestMs: null },
    workers: { slots: 4, busy: 0, processes: 1, hosts: 1, lost: 0 },
    locks: { kind: 'in-process', reachable: true, message: null },
    containers: null,
    ...fields,
  };
}

const running: Now['lanes'][number]['running'] = {
  id: 9,
  done: 1,
  planned: 2,
  percent: 50,
  msLeft: 4 * minute,
  workerId: 'w',
  current: [],
};

describe('the queue ahead of a new run', () => {
  it('is empty on an idle environment', () => {
    expect(queueAhead(now(), 'us', 0)).toEqual({ runs: 0, startsAt: new Date(at), paused: undefined });
    expect(queueAhead(now(), 'es', 0)).toBeUndefined();
  });

  it('includes the running run', () => {
    expect(queueAhead(now({ lanes: [lane({ running })] }), 'us', 5)).toMatchObject({
      runs: 1,
      startsAt: inMinutes(4),
    });
  });

  it('includes queued runs with the same or a higher priority', () => {
    const queue = [waiting(1, { priority: 5 }), waiting(2), waiting(3, { environment: 'es' })];
    const busy = now({ lanes: [lane({ running, queued: 2 })], queue });
    expect(queueAhead(busy, 'us', 0)).toMatchObject({ runs: 3, startsAt: inMinutes(30) });
    expect(queueAhead(busy, 'us', 1)).toMatchObject({ runs: 2, startsAt: inMinutes(20) });
    expect(queueAhead(busy, 'us', 6)).toMatchObject({ runs: 1, startsAt: inMinutes(4) });
  });

  it('has no expected start when a duration is unknown or no worker is free', () => {
    const unknown = now({ lanes: [lane({ queued: 1 })], queue: [waiting(1, { expectedMs: null })] });
    expect(queueAhead(unknown, 'us', 0)).toMatchObject({ runs: 1, startsAt: undefined });
    const full = now({ workers: { slots: 4, busy: 4, processes: 1, hosts: 1, lost: 0 } });
    expect(queueAhead(full, 'us', 0)).toMatchObject({ runs: 0, startsAt: undefined });
  });

  it('counts queued runs that the response does not list', () => {
    expect(queueAhead(now({ lanes: [lane({ queued: 300 })], queue: [waiting(1)] }), 'us', 0)?.runs).toBe(300);
  });

  it('has the reason of a paused environment', () => {
    const paused = { since: at, reason: 'database copy' };
    expect(queueAhead(now({ lanes: [lane({ paused })] }), 'us', 0)).toMatchObject({
      startsAt: undefined,
      paused: 'database copy',
    });
  });
});
