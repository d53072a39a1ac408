import type { RunView } from '../../../src/operations/core/views.ts';

/** The status filters of the list of runs. */
export const standings = ['queued', 'running', 'passed', 'failed', 'broken', 'cancelled'] as const;
export type Standing = (typeof standings)[number];

/** The API filter for a status. */
export function standingQuery(standing: string): { state?: RunView['state']; verdict?: string } {
  if (standing === 'queued' || standing === 'running') return { state: standing };
  return standings.includes(standing as Standing) ? { state: 'finished', verdict: standing } : {};
}

/** The time of the last change of a run: its end, start or submission. */
export const lastChange = ({ finishedAt, startedAt, queuedAt }: RunView): string =>
  finishedAt ?? startedAt ?? queuedAt;
