import type { ProgressView } from '../../../src/operations/runs/progress.ts';
import { plural } from '../ui/format.ts';

interface Standing {
  position: ProgressView['position'];
  run: Pick<ProgressView['run'], 'state'>;
}

/** Where a run stands right after it was submitted. */
export function queuePositionText({ position, run }: Standing): string {
  if (run.state === 'running') return 'has started';
  if (run.state === 'finished') return 'is finished';
  if (position === null) return 'is queued';
  return position === 1
    ? 'is queued and the next there'
    : `is queued behind ${plural(position - 1, 'other run')}`;
}
