import type { LaneView, OverviewView } from '#src/operations/overview/overview-view.ts';
import { plural } from '../ui/format.ts';

/** The states of environments that the overview counts, in order of display. An environment may have several. */
export const laneStates = ['failed', 'broken', 'passed', 'running', 'waiting', 'paused', 'untested'] as const;
export type LaneState = (typeof laneStates)[number];

/** The states of an environment: the verdict of its newest finished run, and what happens there now. */
export function statesOf({ latest, running, queued, paused }: LaneView): LaneState[] {
  const now: LaneState[] = [];
  if (running) now.push('running');
  if (queued > 0) now.push('waiting');
  if (paused) now.push('paused');
  return [latest?.verdict ?? 'untested', ...now];
}

/** The number of environments in each state. */
export function countStates(lanes: readonly LaneView[]): Record<LaneState, number> {
  const counts = { failed: 0, broken: 0, passed: 0, running: 0, waiting: 0, paused: 0, untested: 0 };
  for (const lane of lanes) for (const state of statesOf(lane)) counts[state] += 1;
  return counts;
}

export interface Headline {
  status: 'failed' | 'broken' | 'flaky' | 'passed' | 'running' | 'queued';
  text: string;
}

/** The overview in one sentence: what prevents runs, else how many environments fail. */
export function headlineOf({ lanes, workers, locks, queued }: OverviewView): Headline {
  const waiting = plural(queued.runs, 'run');
  if (!locks.reachable) return { status: 'broken', text: 'Redis is unreachable: no run can start' };
  if (workers.slots === 0) {
    return queued.runs === 0
      ? { status: 'broken', text: 'No worker is running: no run can start' }
      : { status: 'broken', text: `No worker is running: ${waiting} cannot start` };
  }
  const { failed, broken, passed, running, untested } = countStates(lanes);
  const bad = failed + broken;
  const all = plural(lanes.length, 'environment');
  if (bad > 0) {
    const verb = bad === 1 ? 'needs' : 'need';
    return { status: failed > 0 ? 'failed' : 'broken', text: `${bad} of ${all} ${verb} attention` };
  }
  if (passed === 0) {
    return running > 0
      ? { status: 'running', text: 'The first tests are running' }
      : { status: 'queued', text: 'No tests have run yet' };
  }
  if (untested > 0)
    return { status: 'passed', text: `${passed} of ${all} passed; ${untested} without a run` };
  return { status: 'passed', text: lanes.length === 1 ? 'The environment passed' : `All ${all} passed` };
}
