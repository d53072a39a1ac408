import type { Use } from './facts.ts';
import { type DefinitionIndex, type Merged, referredKinds, usesOf } from './index-definitions.ts';

/** What tests and suites reach through their references. */
export interface Reachability {
  isReached(merged: Merged): boolean;
  isElementReached(section: string, element: string): boolean;
  /** Whether a test, with its parents and the action groups that it calls, asserts anything. */
  asserts(test: Merged): boolean;
}

const elementKey = (section: string, element: string) => `${section}.${element}`;

/**
 * Follows all references from tests and suites. A reference through an argument may lead to any section or data that any call passes
 * on: more may be reached than really is, and never less.
 */
export function reachabilityOf(index: DefinitionIndex): Reachability {
  const passed = namesPassedOn(index);
  const reached = new Set<Merged>();
  const elements = new Set<string>();
  const queue = index.all.filter(({ kind }) => kind === 'test' || kind === 'suite');
  const visit = (merged: Merged | undefined) => {
    if (merged !== undefined && !reached.has(merged)) queue.push(merged);
  };
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    for (const use of usesOf(at)) {
      for (const target of targetsOf(index, at, use)) visit(target);
      if (use.member === undefined) continue;
      elements.add(elementKey(use.name, use.member));
      if (at.kind === 'actionGroup' && index.members(at).has(use.name)) {
        for (const name of passed) elements.add(elementKey(name, use.member));
      }
    }
  }
  const asserting = new Map<Merged, boolean>();
  function asserts(merged: Merged): boolean {
    const cached = asserting.get(merged);
    if (cached !== undefined) return cached;
    // For action groups that call each other.
    asserting.set(merged, false);
    const own = index.withParents(merged).flatMap(({ places }) => places);
    const result = own.some(
      ({ definition }) =>
        definition.asserts ||
        definition.uses.some((use) => {
          // Of a test, a call in its hooks does not count.
          const group = use.kind === 'call' && !use.inHook ? index.get('actionGroup', use.name) : undefined;
          return use.kind === 'call' && !use.inHook && (group === undefined || asserts(group));
        }),
    );
    asserting.set(merged, result);
    return result;
  }
  return {
    isReached: (merged) => reached.has(merged),
    isElementReached: (section, element) => elements.has(elementKey(section, element)),
    asserts,
  };
}

/** The definitions that a use may refer to. */
export function targetsOf(index: DefinitionIndex, user: Merged, use: Use): Merged[] {
  const one = (merged: Merged | undefined) => (merged === undefined ? [] : [merged]);
  switch (use.kind) {
    case 'call':
      return one(index.get('actionGroup', use.name));
    case 'parent':
      return one(index.get(user.kind, use.name));
    case 'test':
      return one(index.get('test', use.name));
    case 'section':
      return one(index.get('section', use.name));
    case 'data':
      return one(index.get('entity', use.name));
    case 'env':
    case 'credential':
      return [];
    case 'reference':
    case 'name':
      return referredKinds.flatMap((kind) => index.get(kind, use.name) ?? []);
  }
}

/** The names of sections that are the values of arguments somewhere. */
function namesPassedOn(index: DefinitionIndex): Set<string> {
  const names = new Set<string>();
  for (const merged of index.all) {
    for (const { kind, name } of usesOf(merged)) {
      if (kind === 'name' && index.get('section', name) !== undefined) names.add(name);
    }
  }
  return names;
}
