import { shorten } from '../../model/visible-text.ts';
import type { Origin } from '../resolver/model.ts';
import type { Digest, StepDigest } from './digests.ts';
import type { Ingredient, IngredientKind } from './ingredients.ts';

export type ReasonKind =
  | IngredientKind
  | 'new'
  | 'refused'
  | 'unreadable'
  | 'steps'
  | 'annotations'
  | 'files'
  | 'skip'
  | 'hooks'
  | 'suite'
  | 'attachment';

/** Why a test is among those that changed. */
export interface Reason {
  kind: ReasonKind;
  /** `data Coupon.code changed`, without a full stop. */
  text: string;
  /** Where it is declared now, or was before it was removed; `undefined` when no file declares it. */
  origin: Origin | undefined;
  /** The values of data, an element or a page before and now, where they differ and are single ones. */
  values?: { before: string; after: string };
}

/** Whether a file differs between both commits. */
export type FileDiffers = (file: string) => boolean;

/** Why two digests of a test or suite differ; empty when they do not. `differs` tells which of several declarations a change is in. */
export function reasonsBetween(before: Digest, after: Digest, differs: FileDiffers): Reason[] {
  const refusals = [before, after].flatMap(({ refusal }) => refusal ?? []);
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const now = after.refusal === undefined ? 'was refused before' : 'is refused';
    return [reason('refused', `${now}: ${withoutStop(refusal.message)}`, refusal.origin)];
  }
  const steps = stepReasons(before, after, differs);
  return [
    ...steps,
    // What a changed step refers to for the first time is no change of its own.
    ...ingredientReasons(before, after, { onlyCommon: steps.length > 0, differs }),
    ...traitReasons(before, after),
  ];
}

const traits: Record<string, { kind: ReasonKind; text: string }> = {
  annotations: { kind: 'annotations', text: 'annotations changed' },
  files: { kind: 'files', text: 'the files that declare it changed their names' },
  skip: { kind: 'skip', text: 'why it is skipped changed' },
  hooks: { kind: 'hooks', text: 'its before and after changed' },
  deprecated: { kind: 'annotations', text: 'what is deprecated in it changed' },
};

function traitReasons(before: Digest, after: Digest): Reason[] {
  return Object.entries(traits)
    .filter(([name]) => before.traits[name] !== after.traits[name])
    .map(([, { kind, text }]) => reason(kind, text, after.origin));
}

function ingredientReasons(
  before: Digest,
  after: Digest,
  { onlyCommon, differs }: { onlyCommon: boolean; differs: FileDiffers },
): Reason[] {
  const reasons: Reason[] = [];
  const originOf = ({ origins }: Ingredient) => origins.findLast(({ file }) => differs(file)) ?? origins[0];
  for (const [key, one] of after.ingredients) {
    const earlier = before.ingredients.get(key);
    if (earlier?.digest === one.digest || (onlyCommon && earlier === undefined)) continue;
    const verb = earlier === undefined ? 'is used now' : 'changed';
    const values =
      earlier?.value !== undefined && one.value !== undefined && earlier.value !== one.value
        ? { values: { before: earlier.value, after: one.value } }
        : {};
    reasons.push({ ...reason(one.kind, `${one.kind} ${one.name} ${verb}`, originOf(one)), ...values });
  }
  for (const [key, one] of before.ingredients) {
    if (!onlyCommon && !after.ingredients.has(key)) {
      reasons.push(reason(one.kind, `${one.kind} ${one.name} is not used any more`, originOf(one)));
    }
  }
  return reasons;
}

/** One reason for each action group whose steps differ, and one for the steps of the test itself. */
function stepReasons(before: Digest, after: Digest, differs: FileDiffers): Reason[] {
  if (sequenceOf(before) === sequenceOf(after)) return [];
  const earlier = keyedSteps(before.steps);
  const later = keyedSteps(after.steps);
  const differences: { step: StepDigest; verb: string }[] = [];
  for (const [key, step] of later) {
    const other = earlier.get(key);
    if (other === undefined) differences.push({ step, verb: 'was added' });
    else if (other.digest !== step.digest) differences.push({ step, verb: 'changed' });
  }
  for (const [key, step] of earlier) {
    if (!later.has(key)) differences.push({ step, verb: 'was removed' });
  }
  if (differences.length === 0) {
    return [reason('steps', 'comments or the order of steps changed', after.origin)];
  }
  const groups = new Map<string, typeof differences>();
  for (const difference of differences) {
    const group = difference.step.actionGroup ?? '';
    groups.set(group, [...(groups.get(group) ?? []), difference]);
  }
  return [...groups].map(([group, [first, ...others]]) => {
    const { step, verb } = first ?? (differences[0] as (typeof differences)[number]);
    const origin = step.origins.find(({ file }) => differs(file)) ?? step.origins[0];
    const of = group === '' ? '' : ` of the action group ${group}`;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return reason('steps', `step ${step.stepKey}${of} ${verb}${more}`, origin);
  });
}

function sequenceOf({ steps }: Digest): string {
  return steps.map(({ part, digest }) => `${part} ${digest}`).join('\n');
}

/** By part and key, without comments. */
function keyedSteps(steps: readonly StepDigest[]): Map<string, StepDigest> {
  const keyed = steps.filter(({ stepKey }) => stepKey !== '');
  return new Map(keyed.map((step) => [`${step.part} ${step.stepKey}`, step]));
}

/** Names in hostile files may have any length. */
const maxTextLength = 300;

export function reason(kind: ReasonKind, text: string, origin: Origin | undefined): Reason {
  return { kind, text: shorten(text, maxTextLength), origin };
}

export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
