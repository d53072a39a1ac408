import type { Engine } from '../../engine/engine.ts';
import { type ExecutionDeadline, readClock } from '../../engine/supervised.ts';
import type { Job } from '../../worker/runner.ts';

/** Until when processes of a run may live in a container: as long as the run is held. */
export async function deadlineIn(
  engine: Engine,
  { heldUntil }: Pick<Job, 'heldUntil'>,
  containerId: string,
): Promise<ExecutionDeadline> {
  return { until: heldUntil, clock: await readClock(engine, containerId) };
}
