import type { AlertKind } from '#src/model/alert.ts';
import type { OverviewView } from '#src/operations/overview/overview-view.ts';
import { plural } from '../../ui/format.ts';

export interface SystemProblem {
  title: string;
  text: string;
  /** The kind of alert that says the same, with more. */
  alert?: AlertKind;
}

/** What prevents runs on all environments, with what to do about it. */
export function systemProblems({
  workers,
  locks,
  containers,
  queued,
}: Pick<OverviewView, 'workers' | 'locks' | 'containers' | 'queued'>): SystemProblem[] {
  const problems: SystemProblem[] = [];
  if (!locks.reachable) {
    problems.push({
      title: 'Redis is unreachable',
      text: `No run starts without its lock. ${locks.message ?? ''} Check LOCK_DSN and that Redis is up.`,
    });
  }
  if (workers.slots === 0) {
    const waiting = queued.runs === 0 ? '' : `${plural(queued.runs, 'run')} cannot start. `;
    problems.push({
      title: 'No worker is running',
      text: `${waiting}Start one with \`matre worker\`, or \`matre up\` for all parts in one process.`,
    });
  }
  if (workers.lost > 0) {
    problems.push({
      title: `${plural(workers.lost, 'worker')} lost`,
      alert: 'worker-lost',
      text: 'No heartbeat for 30 s. Other workers repeat their runs; check the host and the log of the worker.',
    });
  }
  if (containers === null && workers.slots > 0) {
    problems.push({
      title: 'The container engine does not respond to this server',
      alert: 'engine-unreachable',
      text: 'Runs whose worker uses the same engine cannot start. Check that Docker is up.',
    });
  }
  return problems;
}
