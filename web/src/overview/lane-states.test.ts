import { describe, expect, it } from 'vitest';
import type { LaneView, OverviewView } from '#src/operations/overview/overview-view.ts';
import { countStates, headlineOf } from './lane-states.ts';

const lane = (verdict?: 'passed' | 'failed' | 'broken', more: object = {}) =>
  ({
    latest: verdict ? { verdict } : null,
    running: null,
    queued: 0,
    paused: null,
    ...more,
  }) as LaneView;
const overview = (lanes: LaneView[], more: object = {}) =>
  ({
    lanes,
    workers: { slots: 4 },
    locks: { reachable: true },
    queued: { runs: 0 },
    ...more,
  }) as OverviewView;

describe('the headline of the overview', () => {
  it.each([
    ['All 2 environments passed', [lane('passed'), lane('passed')]],
    ['2 of 3 environments need attention', [lane('failed'), lane('broken'), lane('passed')]],
    ['1 of 2 environments needs attention', [lane('broken'), lane()]],
    ['1 of 2 environments passed; 1 without a run', [lane('passed'), lane()]],
    ['No tests have run yet', [lane(), lane()]],
    ['The first tests are running', [lane(undefined, { running: {} })]],
  ])('%s', (text, lanes) => {
    expect(headlineOf(overview(lanes)).text).toBe(text);
  });

  it('names first what keeps every run from starting', () => {
    const lanes = [lane('failed')];
    expect(headlineOf(overview(lanes, { workers: { slots: 0 }, queued: { runs: 7 } })).text).toBe(
      'No worker is running: 7 runs cannot start',
    );
    expect(headlineOf(overview(lanes, { locks: { reachable: false } })).text).toMatch(
      /^Redis is unreachable/,
    );
  });
});

it('counts an environment in each of its states', () => {
  const lanes = [lane('failed', { running: {}, queued: 2 }), lane('passed', { paused: {} }), lane()];
  expect(countStates(lanes)).toEqual({
    ...{ failed: 1, broken: 0, passed: 1, untested: 1 },
    ...{ running: 1, waiting: 1, paused: 1 },
  });
});
