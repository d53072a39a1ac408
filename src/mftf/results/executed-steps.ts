import type { Step } from '../../model/result.ts';

/** A step that was executed, by its key. */
export interface ExecutedStep {
  stepKey: string;
  /** The key of the call of the action group that it is in; then `stepKey` has no suffix. */
  call?: string | undefined;
}

/** MFTF begins the title of a step with its key: `[openCart] am on page "/cart"`. Comments of XML have none. */
const keyOf = ({ name }: Step) => /^\[([\w.-]{1,200})\]/.exec(name)?.[1];

const isBad = ({ status }: Step) => status === 'failed' || status === 'broken';

/** The steps with a key up to the first that failed, which is the last of them; `undefined` when none failed, or that one has no key. */
export function executedSteps(steps: readonly Step[]): ExecutedStep[] | undefined {
  const executed: ExecutedStep[] = [];
  return addUntilFailure(steps, undefined, executed) === 'keyed' ? executed : undefined;
}

/** Adds steps until one failed; returns whether that one has a key. */
function addUntilFailure(
  steps: readonly Step[],
  call: string | undefined,
  executed: ExecutedStep[],
): 'keyed' | 'without-key' | undefined {
  for (const step of steps) {
    const stepKey = keyOf(step);
    // A call of an action group is a step with steps that have keys; what helpers write within a step has none.
    if (step.steps.some((inner) => keyOf(inner) !== undefined)) {
      const failure = addUntilFailure(step.steps, stepKey ?? call, executed);
      if (failure !== undefined) return failure;
      continue;
    }
    if (stepKey !== undefined) executed.push({ stepKey, call });
    if (isBad(step) || step.steps.some(isBad)) return stepKey === undefined ? 'without-key' : 'keyed';
  }
  return undefined;
}
