import { shorten } from '../../model/visible-text.ts';
import type { KeyedSteps, XmlElement } from './model.ts';
import { refuse } from './refusal.ts';

/**
 * The steps of a declaration by their keys. Of two with one key the later takes the place of the earlier; a removal is put last, so
 * that a step of the same key that follows it comes last, too (measured with MFTF 3.8).
 */
export function keySteps(list: readonly XmlElement[]): KeyedSteps {
  const steps = new Map<string, XmlElement>();
  let comments = 0;
  for (const step of list) {
    const { stepKey, keyForRemoval = '' } = step.attributes;
    if (step.tag === 'remove') {
      steps.delete(keyForRemoval);
      steps.set(keyForRemoval, step);
      continue;
    }
    if (stepKey === undefined) comments += 1;
    steps.set(stepKey ?? `\0comment ${comments} of ${step.origin.file}`, step);
  }
  return steps;
}

/** The steps of a parent with those of its child: a step that both have stays in its place, and is the child's. */
export function extendSteps(parent: KeyedSteps, child: KeyedSteps): KeyedSteps {
  return new Map([...parent, ...child]);
}

/**
 * The steps in the order in which they run: those without `before` and `after` as declared, then each other one is put directly
 * before or after the step that it names, whose own place is found first. `subject` names the test for refusals.
 */
export function orderSteps(steps: KeyedSteps, subject: string): XmlElement[] {
  const chain = createChain();
  const relativeKeys: string[] = [];
  for (const [key, step] of steps) {
    if (step.tag === 'remove') continue;
    const { before, after } = step.attributes;
    if (before !== undefined && after !== undefined) {
      refuse(step.origin, `The step ${key} of ${subject} has both before and after.`);
    }
    if (targetOf(step) === undefined) chain.append(key);
    else relativeKeys.push(key);
  }
  for (const key of relativeKeys) {
    for (const { place, target, key: next } of placementsFor(key, steps, chain, subject)) {
      chain.insert(next, place, target);
    }
  }
  return chain.keys().flatMap((key) => steps.get(key) ?? []);
}

/** Where a step is put: beside its target. */
interface Placement {
  key: string;
  place: 'before' | 'after';
  target: string;
}

/** The steps to be placed for one step, itself included: each depends on the one before it. */
function placementsFor(start: string, steps: KeyedSteps, chain: Chain, subject: string): Placement[] {
  const path = new Map<string, Placement>();
  for (let key = start; !chain.has(key); ) {
    const step = steps.get(key);
    const to = step && targetOf(step);
    if (step === undefined || to === undefined) break;
    const { place, target } = to;
    if (path.has(key)) {
      const keys = [...path.keys(), key].join(', ');
      refuse(step.origin, `The steps of ${subject} name each other in before and after: ${keys}.`);
    }
    path.set(key, { key, place, target });
    if ((steps.get(target)?.tag ?? 'remove') === 'remove') {
      refuse(
        step.origin,
        `The step ${key} of ${subject} is put ${place} the step ${target}, which does not exist.`,
      );
    }
    key = target;
  }
  return [...path.values()].reverse();
}

type Chain = ReturnType<typeof createChain>;

/** A linked list of keys. */
function createChain() {
  const next = new Map<string, string | undefined>();
  const previous = new Map<string, string | undefined>();
  let first: string | undefined;
  let last: string | undefined;
  const link = (key: string, after: string | undefined, before: string | undefined) => {
    previous.set(key, after);
    next.set(key, before);
    if (after === undefined) first = key;
    else next.set(after, key);
    if (before === undefined) last = key;
    else previous.set(before, key);
  };
  return {
    has: (key: string) => next.has(key),
    append: (key: string) => link(key, last, undefined),
    insert(key: string, place: 'before' | 'after', target: string) {
      if (place === 'after') link(key, target, next.get(target));
      else link(key, previous.get(target), target);
    },
    keys() {
      const keys: string[] = [];
      for (let key = first; key !== undefined; key = next.get(key)) keys.push(key);
      return keys;
    },
  };
}

function targetOf({ attributes: { before, after } }: XmlElement): Omit<Placement, 'key'> | undefined {
  if (before !== undefined) return { place: 'before', target: before };
  if (after !== undefined) return { place: 'after', target: after };
  return undefined;
}

const stepKeyForm = /^\w+$/;

/** Refuses step keys that MFTF does not accept, and one that a file has twice among the same steps. */
export function checkKeys(steps: readonly XmlElement[], subject: string): void {
  const lines = new Map<string, number>();
  for (const { attributes, origin } of steps) {
    const { stepKey } = attributes;
    if (stepKey === undefined) continue;
    if (!stepKeyForm.test(stepKey)) {
      refuse(
        origin,
        `The step key "${shorten(stepKey, 100)}" of ${subject} has other characters than letters, digits and _.`,
      );
    }
    const line = lines.get(stepKey);
    if (line !== undefined) {
      refuse(origin, `The step key ${stepKey} of ${subject} is already that of line ${line}.`);
    }
    lines.set(stepKey, origin.line);
  }
}
