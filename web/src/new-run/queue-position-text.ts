import type { ProgressView } from '#src/operations/runs/progress.ts';
import { plural } from '../ui/format.ts';

interface QueueState {
  position: ProgressView['position'];
  run: Pick<ProgressView['run'], 'state'>;
}

/** The queue position of a run right after it was submitted, as the predicate of a sentence. */
export function queuePositionText({ position, run }: QueueState): string {
  if (run.state === 'running') return 'has started';
  if (run.state === 'finished') return 'is finished';
  if (position === null) return 'is queued';
  return position === 1 ? 'is next in the queue' : `is queued behind ${plural(position - 1, 'run')}`;
}
