import type { Reason } from '../../model/run.ts';
import type { Block } from './blocks.ts';

export interface DispatchRequest<Slot> {
  /** At least one. A single slot executes the blocks in the order of the plan. */
  slots: readonly [Slot, ...Slot[]];
  blocks: readonly Block[];
  /** The expected duration of a block in milliseconds. Called only when there are several slots. */
  expectedMs(block: Block): number;
  /** Whether no other block may be executed beside this one. */
  exclusive(block: Block): boolean;
  /** Whether a block is executed before the others. */
  first?(block: Block): boolean;
  /** Executes a block. Returns a reason when no further block may begin. */
  execute(slot: Slot, block: Block): Promise<Reason | undefined>;
  /** When it aborts, running blocks finish and no other begins. */
  stop: AbortSignal;
}

/** Whether all blocks were executed, and why not. */
export type DispatchResult = 'done' | 'stopped' | { reason: Reason };

/**
 * Executes the blocks of a run in the slots of its environment. Each slot takes the longest remaining block, so that the short
 * ones even out the end, but those that are `first` before all; exclusive blocks follow after all others, in the first slot. Settles when all slots are idle; rejects
 * as `execute` did.
 */
export async function dispatchBlocks<Slot>(request: DispatchRequest<Slot>): Promise<DispatchResult> {
  const { slots, blocks, execute, stop } = request;
  const [first] = slots;
  const exclusiveBlocks = firstFirst(request, slots.length === 1 ? [] : blocks.filter(request.exclusive));
  const sharedBlocks = firstFirst(
    request,
    slots.length === 1 ? blocks : longestFirst(request, exclusiveBlocks),
  );
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

function firstFirst<Slot>({ first = () => false }: DispatchRequest<Slot>, blocks: readonly Block[]): Block[] {
  return [...blocks.filter(first), ...blocks.filter((block) => !first(block))];
}

function longestFirst<Slot>({ blocks, expectedMs }: DispatchRequest<Slot>, excluded: Block[]): Block[] {
  return blocks
    .filter((block) => !excluded.includes(block))
    .map((block) => ({ block, ms: expectedMs(block) }))
    .sort((a, b) => b.ms - a.ms)
    .map(({ block }) => block);
}
