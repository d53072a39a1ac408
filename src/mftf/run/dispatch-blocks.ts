import type { Reason } from '../../model/run.ts';
import type { Block } from './blocks.ts';

export interface DispatchRequest<Slot> {
  /** At least one. With one, blocks are executed in the order of the plan. */
  slots: readonly [Slot, ...Slot[]];
  blocks: readonly Block[];
  /** How long a block will probably take, in milliseconds. Asked only when there are several slots. */
  expectedMs(block: Block): number;
  /** Whether nothing else of the run may go on beside a block. */
  exclusive(block: Block): boolean;
  /** Executes a block; gives the reason when nothing more of the run should be executed. */
  execute(slot: Slot, block: Block): Promise<Reason | undefined>;
  /** Aborted when blocks under way should end and no other begin. */
  stop: AbortSignal;
}

/** What became of the blocks. */
export type DispatchResult = 'done' | 'stopped' | { reason: Reason };

/**
 * Executes the blocks of a run in the slots of its environment. Each slot takes the longest block that nobody has taken, so the
 * short ones even out the end; those that must be alone come after all others, in the first slot. Resolves, or rejects
 * as `execute` did, when no slot does anything any more.
 */
export async function dispatchBlocks<Slot>(request: DispatchRequest<Slot>): Promise<DispatchResult> {
  const { slots, blocks, execute, stop } = request;
  const [first] = slots;
  const exclusiveBlocks = slots.length === 1 ? [] : blocks.filter(request.exclusive);
  const sharedBlocks = slots.length === 1 ? [...blocks] : longestFirst(request, exclusiveBlocks);
  let outcome: { reason: Reason } | { error: unknown } | undefined;

  async function executeQueue(slot: Slot, queue: Block[]): Promise<void> {
    while (!outcome && !stop.aborted) {
      const block = queue.shift();
      if (!block) return;
      try {
        const reason = await execute(slot, block);
        if (reason) outcome ??= { reason };
      } catch (error) {
        outcome ??= { error };
      }
    }
  }

  await Promise.all(slots.map((slot) => executeQueue(slot, sharedBlocks)));
  await executeQueue(first, exclusiveBlocks);
  if (outcome && 'error' in outcome) throw outcome.error;
  if (outcome) return outcome;
  return sharedBlocks.length + exclusiveBlocks.length > 0 ? 'stopped' : 'done';
}

function longestFirst<Slot>({ blocks, expectedMs }: DispatchRequest<Slot>, excluded: Block[]): Block[] {
  return blocks
    .filter((block) => !excluded.includes(block))
    .map((block) => ({ block, ms: expectedMs(block) }))
    .sort((a, b) => b.ms - a.ms)
    .map(({ block }) => block);
}
