import type { Definitions, KeyedSteps, ResolvedTest, XmlElement } from '../resolver/model.ts';

/**
 * Why the Cest of a test is known to differ from the one of MFTF, or from every other one (docs/cests.md); `undefined` for nearly all
 * tests. `rootOf` returns the folder of the test module that has a file.
 */
export function differingKind(
  test: ResolvedTest,
  rootOf: (path: string) => string | undefined,
  definitions: Definitions,
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
  const left = stepThatLeavesFields(test, definitions);
  return left && `the fields of the step ${left} stay where a child removes or replaces it`;
}

/**
 * A step that creates data with fields in the parent of the test or of an action group, and that the child removes, or replaces by one with
 * other fields. There MFTF writes the fields of the parent, too (measured with 3.8).
 */
function stepThatLeavesFields(test: ResolvedTest, definitions: Definitions): string | undefined {
  const parent = test.extends === undefined ? undefined : definitions.test(test.extends);
  const own = parent && definitions.test(test.name);
  const all = [...(test.before ?? []), ...test.steps, ...(test.after ?? [])];
  const groups = [...new Set(all.flatMap(({ call }) => call?.actionGroup ?? []))].map((name) => {
    const child = definitions.actionGroup(name);
    const above = child?.extends === undefined ? undefined : definitions.actionGroup(child.extends);
    return [above?.steps, child?.steps] as const;
  });
  const pairs = [
    ...(['before', 'steps', 'after'] as const).map((part) => [parent?.[part], own?.[part]] as const),
    ...groups,
  ];
  for (const [above, child] of pairs) {
    const key = above && child && keyOfOther(above, child);
    if (key !== undefined) return key;
  }
  return undefined;
}

function keyOfOther(above: KeyedSteps, child: KeyedSteps): string | undefined {
  for (const [key, step] of above) {
    const other = child.get(key);
    const fields = fieldKeys(step);
    if (fields.length > 0 && other !== undefined && fieldKeys(other).join() !== fields.join()) return key;
  }
  return undefined;
}

function fieldKeys({ tag, children }: XmlElement): (string | undefined)[] {
  if (tag !== 'createData') return [];
  return children.flatMap((child) => (child.tag === 'field' ? [child.attributes['key']] : []));
}
