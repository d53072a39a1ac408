import { describe, expect, it } from 'vitest';
import type { BarView, LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';
import { byEnvironment, cluster, labelDetail, layOutLane, layOutTicks, type Piece } from './layout.ts';

const anchor = Date.parse('2026-11-22T09:00:00Z');
const at = (minutes: number) => new Date(anchor + minutes * 60_000).toISOString();

const bar: BarView = {
  id: 41,
  summary: 'group smoke',
  state: 'finished',
  phase: null,
  verdict: 'passed',
  reason: null,
  counts: { planned: 3, passed: 3, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
  startedAt: at(1),
  finishedAt: at(5),
  requestedBy: 'api',
  commit: null,
  attempt: 1,
};
const idle: LaneView = {
  id: 1,
  code: 'preprod-us',
  name: 'Pre-production',
  paused: null,
  running: null,
  queued: 0,
  reservations: [],
  latest: null,
  bars: [],
  more: false,
};
const waiting: QueuedView = {
  id: 50,
  environment: 'preprod-us',
  summary: 'group checkout',
  priority: 0,
  position: 1,
  requestedBy: 'api',
  queuedAt: at(2),
  retryAt: null,
  startBy: null,
  reservationId: null,
  waits: { code: 'environment-busy', message: 'environment busy with run 44', run: 44 },
  expectedMs: 600_000,
  expectedStartAt: at(40),
};
const moment = { anchor, at: anchor + 30 * 60_000 };

describe('a lane', () => {
  it('is empty without past, running or queued runs', () => {
    expect(layOutLane(idle, [], moment)).toEqual([]);
  });

  it('has past, present and future on one axis, in seconds', () => {
    const running = {
      ...bar,
      id: 44,
      state: 'running',
      verdict: null,
      startedAt: at(21),
      finishedAt: null,
    } as const;
    const lane: LaneView = {
      ...idle,
      bars: [bar, running],
      running: { id: 44, done: 1, planned: 3, percent: 47, msLeft: 600_000, workerId: 'w', current: [] },
      queued: 1,
    };
    expect(layOutLane(lane, [waiting], moment)).toEqual([
      { kind: 'run', bar, start: 60, end: 300 },
      { kind: 'run', bar: running, start: 1260, end: undefined },
      { kind: 'expected', end: 2400 },
      { kind: 'queued', run: waiting, start: 2400, end: 3000 },
    ]);
  });

  it('leaves unknown ends open and omits queued runs without an expected start', () => {
    const pieces = layOutLane(
      {
        ...idle,
        running: { id: 44, done: 0, planned: 0, percent: 0, msLeft: null, workerId: 'w', current: [] },
      },
      [
        { ...waiting, expectedMs: null },
        { ...waiting, id: 51, expectedStartAt: null },
      ],
      moment,
    );
    expect(pieces).toMatchObject([{ kind: 'expected' }, { kind: 'queued', run: { id: 50 } }]);
    expect(pieces.map((piece) => 'end' in piece && piece.end)).toEqual([undefined, undefined]);
  });

  it('puts the pause first, so that bars are drawn above it', () => {
    const pieces = layOutLane(
      { ...idle, paused: { since: at(10), reason: 'copy' }, bars: [bar] },
      [],
      moment,
    );
    expect(pieces.map(({ kind }) => kind)).toEqual(['paused', 'run']);
  });
});

describe('the ticks of the axis', () => {
  const hours = (from: number, to: number, widthPx: number) =>
    layOutTicks({ from: from * 3600, to: to * 3600, anchor }, { widthPx, apartPx: 64 });

  it('are at round times, as many as fit', () => {
    expect(hours(0, 2, 1000).map(({ at }) => at / 60)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120,
    ]);
    expect(hours(0, 2, 250).map(({ at }) => at / 60)).toEqual([0, 60, 120]);
    expect(hours(0.1, 1, 1000)[0]?.at).toBe(600);
  });

  it('show the date at local midnight', () => {
    const labels = hours(0, 24, 500).map(({ label }) => label);
    expect(labels.filter((label) => !/^\d\d:\d\d$/.test(label))).toHaveLength(1);
  });

  it('are few before the width is measured', () => {
    expect(hours(0, 2, 0).length).toBeLessThan(3);
  });
});

describe('runs that are too narrow to click', () => {
  const run = (id: number, start: number, end: number | undefined): Piece => ({
    ...{ kind: 'run', bar: { ...bar, id }, start, end },
  });
  const ids = (pieces: Piece[], pxPerSecond: number) =>
    cluster(pieces, pxPerSecond).map((drawn) => {
      if (drawn.kind === 'cluster') return drawn.runs.map((each) => each.bar.id);
      return drawn.kind === 'run' ? drawn.bar.id : drawn.kind;
    });

  it('form a cluster when they are close together', () => {
    const pieces = [run(1, 0, 5), run(2, 8, 12), run(3, 16, 20), run(4, 60, 65)];
    expect(ids(pieces, 1)).toEqual([[1, 2, 3], 4]);
    expect(ids(pieces, 4)).toEqual([1, 2, 3, 4]);
  });

  it('do not cluster with a run that is wide enough or still running', () => {
    expect(ids([run(1, 0, 5), run(2, 6, 60), run(3, 61, 63), run(4, 64, undefined)], 1)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('form several clusters instead of a wide one', () => {
    const plural = Array.from({ length: 30 }, (_, index) => run(index, index * 4, index * 4 + 2));
    expect(ids(plural, 1).map((each) => (Array.isArray(each) ? each.length : each))).toEqual([12, 12, 6]);
  });

  it('leave all other pieces unchanged', () => {
    const paused: Piece = { kind: 'paused', start: 0 };
    expect(ids([paused, run(1, 0, 2), run(2, 3, 4), { kind: 'expected', end: 9 }], 1)).toEqual([
      'paused',
      [1, 2],
      'expected',
    ]);
  });
});

it('shows as much text on a bar as fits', () => {
  expect([200, 70, 30, 3].map(labelDetail)).toEqual(['all', 'number', 'sign', 'none']);
});

it('keeps the order of the queue within each environment', () => {
  const other = { ...waiting, id: 51, environment: 'stage-es' };
  const last = { ...waiting, id: 52 };
  const lanes = byEnvironment([waiting, other, last]);
  expect(lanes.get('preprod-us')?.map(({ id }) => id)).toEqual([50, 52]);
  expect(lanes.get('stage-es')?.map(({ id }) => id)).toEqual([51]);
});
