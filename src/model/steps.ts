import type { Step } from './result.ts';
import type { TimedOutWaits } from './timed-out-waits.ts';

/** A summary of the steps of a test, which is stored with its result. */
export interface StepSummary {
  /** How many steps were executed, including those within action groups, without the groups themselves. */
  count: number;
  /** The first of them that failed; `number` from 1. */
  failed: { title: string; number: number } | undefined;
  /** Waits that ran out; absent without any. */
  waits?: TimedOutWaits | undefined;
}

/** Summarises steps; `undefined` without steps. */
export function summariseSteps(steps: readonly Step[]): StepSummary | undefined {
  const leaves = steps.flatMap(leavesOf);
  if (leaves.length === 0) return undefined;
  const index = leaves.findIndex(({ status }) => status === 'failed' || status === 'broken');
  const title = leaves[index]?.name;
  return { count: leaves.length, failed: title === undefined ? undefined : { title, number: index + 1 } };
}

/** The step itself, or the steps within it that have no further ones. */
export function leavesOf(step: Step): Step[] {
  return step.steps.length === 0 ? [step] : step.steps.flatMap(leavesOf);
}
