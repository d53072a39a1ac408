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
  const all = [...(test.before ?? []), ...test.steps, ...(test.after ?? [])];
  const withFields = all.filter(
    ({ action, children }) => action === 'createData' && children.some(({ tag }) => tag === 'field'),
  );
  for (const { attributes, stepKey } of all) {
    const { before } = attributes;
    // The key of a step in an action group has the key of the call behind it.
    if (before !== undefined && withFields.some((step) => step.stepKey.startsWith(before))) {
      return `the step ${stepKey} is put before one that creates data with fields`;
    }
  }
  for (const step of all) {
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
