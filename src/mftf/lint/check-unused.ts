import { findingIn, type RawFinding } from './finding.ts';
import type { DefinitionIndex, DefinitionPlace } from './index-definitions.ts';
import type { Reachability } from './reachability.ts';

/** Whether a definition, or its elements, are used by no test and suite; for a test, whether it asserts anything. */
export function checkUnused(
  index: DefinitionIndex,
  reachability: Reachability,
  place: DefinitionPlace,
): RawFinding[] {
  const { definition } = place;
  const { kind, name, line } = definition;
  const merged = index.get(kind, name);
  if (merged === undefined) return [];
  // A file that only adds something to a definition is not where it should be removed.
  const isFirst = merged.places[0]?.definition === definition;
  const isReached = reachability.isReached(merged);
  if (kind === 'test') {
    const places = merged.places.map((one) => one.definition);
    const isEmpty = index
      .withParents(merged)
      .every(({ places }) => places.every((one) => !one.definition.hasSteps));
    // What a missing parent checks is not known.
    if (index.isIncomplete(merged)) return [];
    if (!isFirst || isEmpty || places.some(({ skipped }) => skipped) || reachability.asserts(merged))
      return [];
    const message = `The test ${name} has no step that checks anything (see..., dontSee..., assert..., waitFor...).`;
    return [findingIn(place, { code: 'NO_ASSERTION', line, subject: name, message })];
  }
  if (kind === 'actionGroup' && isFirst && !isReached) {
    const message = `No test or suite uses the action group ${name}.`;
    return [findingIn(place, { code: 'ACTION_GROUP_UNUSED', line, subject: name, message })];
  }
  if (kind === 'entity' && isFirst && !isReached) {
    const message = `No test or suite uses the data ${name}.`;
    return [findingIn(place, { code: 'DATA_UNUSED', line, subject: name, message })];
  }
  if (kind !== 'section') return [];
  return definition.members
    .filter((element) => !reachability.isElementReached(name, element.name))
    .map((element) => {
      const message = `No test or suite uses the element ${name}.${element.name}.`;
      return findingIn(place, {
        code: 'ELEMENT_UNUSED',
        line: element.line,
        subject: element.name,
        message,
      });
    });
}
