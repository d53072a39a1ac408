import type { Claim, Queue } from '../../src/queue/queue.ts';

/** Claims one run for a worker; claims again when another worker was faster. `undefined` when no run can be claimed. */
export async function claimOne(
  queue: Queue,
  workerId: string,
  { excludeEnvironments = [] }: { excludeEnvironments?: readonly number[] } = {},
): Promise<Claim | undefined> {
  for (;;) {
    const [claim] = await queue.claimFor([workerId], excludeEnvironments);
    if (typeof claim !== 'string') return claim;
  }
}
