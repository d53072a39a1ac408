import { type DefinitionIndex, type MergedDefinition, usesOf } from './index-definitions.ts';
import { targetsOf } from './reachability.ts';

/** The tests of an environment, as its catalog knows them. */
export interface EnvironmentTests {
  /** The names of those that MFTF generates there. */
  names: readonly string[];
  suites: readonly { name: string; tests: readonly string[] }[];
}

/**
 * The tests among some definitions and all that use them, directly or through others; by name. With the tests of an environment only those,
 * and also the tests of suites whose before or after uses them; the groups of which suites consist are not known without it.
 */
export function testsAbove(
  index: DefinitionIndex,
  users: Iterable<MergedDefinition>,
  environment?: EnvironmentTests,
): string[] {
  const usersOf = usersByTarget(index);
  const reached = new Set(users);
  for (const merged of reached) for (const user of usersOf.get(merged) ?? []) reached.add(user);
  const names = new Set<string>();
  const suites = new Map(environment?.suites.map(({ name, tests }) => [name, tests]));
  for (const { kind, name } of reached) {
    if (kind === 'test') names.add(name);
    if (kind === 'suite') for (const test of suites.get(name) ?? []) names.add(test);
  }
  const generated = environment && new Set(environment.names);
  return [...names].filter((name) => generated === undefined || generated.has(name)).sort();
}

const graphs = new WeakMap<DefinitionIndex, Map<MergedDefinition, Set<MergedDefinition>>>();

/** Who uses each definition. A question about many variables needs it for each, so that it is kept. */
function usersByTarget(index: DefinitionIndex): ReadonlyMap<MergedDefinition, ReadonlySet<MergedDefinition>> {
  const cached = graphs.get(index);
  if (cached) return cached;
  const graph = new Map<MergedDefinition, Set<MergedDefinition>>();
  for (const user of index.all) {
    for (const use of usesOf(user)) {
      // A suite uses its tests, and they do nothing for it.
      if (use.kind === 'test') continue;
      for (const target of targetsOf(index, user, use)) {
        const users = graph.get(target);
        if (users) users.add(user);
        else graph.set(target, new Set([user]));
      }
    }
  }
  graphs.set(index, graph);
  return graph;
}
