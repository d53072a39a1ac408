import type { PlannedTest } from '../../model/selection.ts';

/** Tests by suite and name, because the generated files depend on their order, see docs/generation.md. */
export function sortForGeneration(tests: readonly PlannedTest[]): PlannedTest[] {
  const keyOf = ({ suite = '', name }: PlannedTest) => `${suite}:${name}`;
  return tests.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
