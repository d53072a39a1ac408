import type { RunView } from '../../../src/operations/core/views.ts';

/** What the list is narrowed to: where a run stands, in one word. */
export const standings = ['queued', 'running', 'passed', 'failed', 'broken', 'cancelled'] as const;
export type Standing = (typeof standings)[number];

/** What is asked of the server for a standing. */
export function standingQuery(standing: string): { state?: RunView['state']; verdict?: string } {
  if (standing === 'queued' || standing === 'running') return { state: standing };
  return standings.includes(standing as Standing) ? { state: 'finished', verdict: standing } : {};
}

/** When a run was last something new: it ended, began, or was asked for. */
export const lastChange = ({ finishedAt, startedAt, queuedAt }: RunView): string =>
  finishedAt ?? startedAt ?? queuedAt;
