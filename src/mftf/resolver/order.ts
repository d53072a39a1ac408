import type { XmlElement } from './model.ts';
import { refuse } from './refusal.ts';

/** The key of a step among its siblings: its step key, or one that no step can have for a comment. */
export type KeyedSteps = Map<string, XmlElement>;

/** The steps by their keys; of two with one key the later takes the place of the earlier, as MFTF merges and extends. */
export function keySteps(...lists: (readonly XmlElement[])[]): KeyedSteps {
  const steps: KeyedSteps = new Map();
  let comments = 0;
  for (const list of lists) {
    for (const step of list) {
      const { stepKey, keyForRemoval } = step.attributes;
      const key = step.tag === 'remove' ? `\0remove ${keyForRemoval ?? ''}` : stepKey;
      if (key === undefined) comments += 1;
      steps.set(key ?? `\0comment ${comments}`, step);
    }
  }
  for (const step of [...steps.values()]) {
    if (step.tag !== 'remove') continue;
    steps.delete(step.attributes['keyForRemoval'] ?? '');
    steps.delete(`\0remove ${step.attributes['keyForRemoval'] ?? ''}`);
  }
  return steps;
}

/**
 * The steps in the order in which they run: those without `before` and `after` as declared, then each other one is put directly
 * before or after the step that it names, whose own place is found first. `subject` names the test for refusals.
 */
export function orderSteps(steps: KeyedSteps, subject: string): XmlElement[] {
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
  const linked: string[] = [];
  for (const [key, step] of steps) {
    const { before, after } = step.attributes;
    if (before !== undefined && after !== undefined) {
      refuse(step.origin, `The step ${key} of ${subject} has both before and after.`);
    }
    if (targetOf(step) === undefined) link(key, last, undefined);
    else linked.push(key);
  }
  for (const start of linked) {
    // The steps whose places depend on each other, from this one to the first that has a place.
    const path: string[] = [];
    const visited = new Set<string>();
    for (let key = start; !next.has(key); ) {
      const step = steps.get(key);
      const target = step && targetOf(step);
      if (step === undefined || target === undefined) break;
      if (visited.has(key)) {
        refuse(
          step.origin,
          `The steps of ${subject} name each other in before and after: ${[...path, key].join(', ')}.`,
        );
      }
      visited.add(key);
      path.push(key);
      if (!steps.has(target.key)) {
        refuse(
          step.origin,
          `The step ${key} of ${subject} is to be put ${target.place} ${target.key}, which does not exist.`,
        );
      }
      key = target.key;
    }
    for (const key of path.reverse()) {
      const target = targetOf(steps.get(key) as XmlElement);
      if (target === undefined) continue;
      if (target.place === 'after') link(key, target.key, next.get(target.key));
      else link(key, previous.get(target.key), target.key);
    }
  }
  const ordered: XmlElement[] = [];
  for (let key = first; key !== undefined; key = next.get(key)) ordered.push(steps.get(key) as XmlElement);
  return ordered;
}

function targetOf({
  attributes: { before, after },
}: XmlElement): { place: 'before' | 'after'; key: string } | undefined {
  if (before !== undefined) return { place: 'before', key: before };
  if (after !== undefined) return { place: 'after', key: after };
  return undefined;
}

/** Refuses a step key that a file has twice among the same steps. */
export function checkKeys(steps: readonly XmlElement[], subject: string): void {
  const lines = new Map<string, number>();
  for (const { attributes, origin } of steps) {
    const { stepKey } = attributes;
    if (stepKey === undefined) continue;
    const line = lines.get(stepKey);
    if (line !== undefined)
      refuse(origin, `The step key ${stepKey} of ${subject} is already that of line ${line}.`);
    lines.set(stepKey, origin.line);
  }
}
