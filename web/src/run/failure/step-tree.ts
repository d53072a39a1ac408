import type { StepView } from '#src/operations/results/run-results.ts';

/** A step with its path in the tree (`1.3.2`), which identifies it within its test. */
export interface StepNode {
  path: string;
  title: string;
  /** The `stepKey` of MFTF. */
  stepKey: string | null;
  step: StepView;
  /** Counts the leaf steps from 1; null for groups. */
  number: number | null;
  /** Whether it is the first failed step or contains it. */
  leadsToFailure: boolean;
  steps: StepNode[];
}

/** Splits `[addToCart] click ".action"`: MFTF writes the key of a step before its title. */
export function splitTitle(name: string): { stepKey: string | null; title: string } {
  const match = /^\s*\[([\w-]+)\] (.+)$/s.exec(name);
  return match?.[1] && match[2] ? { stepKey: match[1], title: match[2] } : { stepKey: null, title: name };
}

/** Numbers the steps of a test as in `step 23 of 41`: leaf steps count, groups do not. */
export function numberSteps(steps: readonly StepView[]): StepNode[] {
  let number = 0;
  let failureFound = false;
  const read = (list: readonly StepView[], above: string): StepNode[] =>
    list.map((step, index) => {
      const path = above === '' ? String(index + 1) : `${above}.${index + 1}`;
      const isLeaf = step.steps.length === 0;
      if (isLeaf) number += 1;
      const leafNumber = isLeaf ? number : null;
      const children = read(step.steps, path);
      const failsHere = isLeaf && !failureFound && isBad(step);
      failureFound ||= failsHere;
      const leadsToFailure = failsHere || children.some((each) => each.leadsToFailure);
      return { path, ...splitTitle(step.name), step, number: leafNumber, leadsToFailure, steps: children };
    });
  return read(steps, '');
}

const isBad = ({ status }: StepView) => status === 'failed' || status === 'broken';

/** The paths of the groups that are initially open: those around the failure. */
export function initiallyOpen(nodes: readonly StepNode[]): Set<string> {
  const all = nodes.flatMap(function children(node): StepNode[] {
    return [node, ...node.steps.flatMap(children)];
  });
  return new Set(
    all.filter(({ leadsToFailure, steps }) => leadsToFailure && steps.length > 0).map((node) => node.path),
  );
}
