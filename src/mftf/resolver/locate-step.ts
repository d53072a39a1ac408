import type { ResolvedStep, ResolvedTest } from './model.ts';
import { suffixed } from './renaming.ts';

/** A step of a report: its key, and that of the call of an action group, without whose suffix the key then is. */
export interface ReportedStep {
  stepKey: string;
  call?: string | undefined;
}

/** MFTF waits after a step whose element has a timeout, under a key of its own. */
const impliedWait = /WaitForPageLoad$/;

/**
 * The last of the steps that a report lists in their order, among the steps of its test. A key may be in the test and in its hooks: then
 * the steps before it tell which one it is. `undefined` when the test has no such step.
 */
export function locateStep(
  { before = [], steps, after = [] }: Pick<ResolvedTest, 'before' | 'steps' | 'after'>,
  reported: readonly ReportedStep[],
): ResolvedStep | undefined {
  const last = reported.at(-1);
  if (last === undefined) return undefined;
  const all = [...before, ...steps, ...after];
  const indexesOf = indexByKey(all);
  let candidates = indexesOf(last);
  // The implied wait of a step belongs to that step, which was executed directly before it.
  const isImplied = candidates.length === 0 && impliedWait.test(last.stepKey);
  if (isImplied) candidates = indexesOf({ ...last, stepKey: last.stepKey.replace(impliedWait, '') });
  if (candidates.length < 2) return all[candidates[0] ?? -1];
  let position = 0;
  for (const step of reported.slice(0, -1)) {
    const next = indexesOf(step).find((index) => index >= position);
    if (next !== undefined) position = next + 1;
  }
  const first = isImplied ? position - 1 : position;
  return all[candidates.find((index) => index >= first) ?? -1];
}

/** How far the steps before a suite came, by the keys of calls of action groups: of the one that ended last, and of one that did not. */
export interface ReportedCalls {
  ended: string | undefined;
  open: string | undefined;
}

/**
 * The step before a suite that failed, of which MFTF reports nothing but the calls of action groups before it: all steps that it may be.
 */
export function locateBefore(
  before: readonly ResolvedStep[],
  { ended, open }: ReportedCalls,
): readonly ResolvedStep[] {
  const steps = before.filter(({ stepKey, boundary }) => stepKey !== '' && boundary === undefined);
  if (open !== undefined) return steps.filter(({ call }) => call?.stepKey === open);
  const last = steps.findLastIndex(({ call }) => call?.stepKey === ended);
  if (ended !== undefined && last === -1) return [];
  const following = steps.slice(ended === undefined ? 0 : last + 1);
  const next = following.findIndex(({ call }) => call !== undefined);
  return next === -1 ? following : following.slice(0, next);
}

/** Returns the positions of the steps that a reported one may be. */
function indexByKey(steps: readonly ResolvedStep[]): (step: ReportedStep) => number[] {
  const indexes = new Map<string, number[]>();
  for (const [index, { stepKey }] of steps.entries()) {
    const sameKey = indexes.get(stepKey);
    if (sameKey) sameKey.push(index);
    else if (stepKey !== '') indexes.set(stepKey, [index]);
  }
  return ({ stepKey, call }) => {
    if (call === undefined) return indexes.get(stepKey) ?? [];
    const inCall = indexes.get(suffixed(stepKey, call)) ?? [];
    return inCall.filter((index) => steps[index]?.call?.stepKey === call);
  };
}
