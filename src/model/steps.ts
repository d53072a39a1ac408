import type { Step } from './result.ts';

/** What a result keeps of the steps of its test. */
export interface StepsTaken {
  /** How many there were, those within action groups counted, the groups themselves not. */
  count: number;
  /** The first of them that failed; `number` from 1. */
  failed: { title: string; number: number } | undefined;
}

/** `undefined` when no step is known. */
export function stepsTaken(steps: readonly Step[]): StepsTaken | undefined {
  const leaves = steps.flatMap(leavesOf);
  if (leaves.length === 0) return undefined;
  const index = leaves.findIndex(({ status }) => status === 'failed' || status === 'broken');
  const title = leaves[index]?.name;
  return { count: leaves.length, failed: title === undefined ? undefined : { title, number: index + 1 } };
}

function leavesOf(step: Step): Step[] {
  return step.steps.length === 0 ? [step] : step.steps.flatMap(leavesOf);
}
