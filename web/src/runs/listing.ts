import type { RunView } from '#src/operations/core/views.ts';

/** The status filters of the list of runs. */
export const statusFilters = ['queued', 'running', 'passed', 'failed', 'broken', 'cancelled'] as const;
export type StatusFilter = (typeof statusFilters)[number];

/** The API filter for a status. */
export function statusQuery(status: string): { state?: RunView['state']; verdict?: string } {
  if (status === 'queued' || status === 'running') return { state: status };
  return statusFilters.includes(status as StatusFilter) ? { state: 'finished', verdict: status } : {};
}

/** The time of the last change of a run: its end, start or submission. */
export const lastChange = ({ finishedAt, startedAt, queuedAt }: RunView): string =>
  finishedAt ?? startedAt ?? queuedAt;
