import type { ResolvedTest } from '../resolver/model.ts';

/**
 * Why the Cest of a test is known to differ from the one of MFTF, or from every other one (docs/cests.md); `undefined` for nearly all
 * tests. `rootOf` returns the folder of the test module that has a file.
 */
export function differingKind(
  test: ResolvedTest,
  rootOf: (path: string) => string | undefined,
): string | undefined {
  const roots = test.files.map(rootOf);
  // MFTF merges the files of one module in the order of the directory.
  if (new Set(roots).size < roots.length) return `two files of a module declare the test ${test.name}`;
  for (const step of [...(test.before ?? []), ...test.steps, ...(test.after ?? [])]) {
    if (step.action !== 'createData') continue;
    const fields = step.children.filter(({ tag }) => tag === 'field');
    if (fields.length > 0 && step.attributes['before'] !== undefined) {
      return `the step ${step.stepKey} creates data with fields before another step`;
    }
    if (fields.some(({ attributes }) => attributes['unique'] !== undefined)) {
      return `MFTF writes a random value into the step ${step.stepKey}`;
    }
  }
  return undefined;
}
