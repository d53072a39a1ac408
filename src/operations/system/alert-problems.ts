import { type Alert, type AlertKind, noWorkerKey } from '../../model/alert.ts';
import type { ProblemView } from './status-view.ts';

/** The open alerts as problems of the status, the oldest first. */
export function viewAlertProblems(alerts: readonly Alert[]): ProblemView[] {
  return alerts.map(({ subject, message, action, startedAt }) => ({
    area: 'alerts',
    status: 'problem',
    about: subject,
    message,
    code: null,
    remedy: action,
    since: startedAt.toISOString(),
  }));
}

const kindOfArea: Partial<Record<ProblemView['area'], AlertKind>> = {
  environments: 'environment-broken',
  workers: 'worker-lost',
  schedules: 'schedule-failed',
  engine: 'engine-unreachable',
  // The doctor's findings about stuck queues and foreign locks.
  runs: 'doctor-finding',
  locks: 'doctor-finding',
};

/** Whether an open alert says the same as a problem. `host`: of the process that the problem is about when it names nothing. */
export function isShownByAlert(
  { area, status, about, code }: ProblemView,
  { alerts, host }: { alerts: readonly Alert[]; host: string },
): boolean {
  if (status !== 'problem' || (kindOfArea[area] === 'doctor-finding' && code === null)) return false;
  const key = about ?? (area === 'workers' ? noWorkerKey : host);
  return alerts.some(({ kind, keys }) => kind === kindOfArea[area] && keys.includes(key));
}
