import { type DefinitionIndex, type MergedDefinition, referredKinds, usesOf } from './index-definitions.ts';
import type { Use } from './outline.ts';

/** What tests and suites reach through their references. */
export interface Reachability {
  isReached(merged: MergedDefinition): boolean;
  isElementReached(section: string, element: string): boolean;
  /** Whether a test, with its parents and the action groups that it calls, asserts anything. */
  asserts(test: MergedDefinition): boolean;
}

const elementKey = (section: string, element: string) => `${section}.${element}`;

/**
 * Follows all references from tests and suites. A reference through an argument may lead to any section or data that any call passes
 * on: more may be reached than really is, and never less.
 */
export function reachabilityOf(index: DefinitionIndex): Reachability {
  const passed = namesPassedOn(index);
  const reached = new Set<MergedDefinition>();
  const elements = new Set<string>();
  /** Elements of every section that is passed on: not one by one, which would be millions in a hostile tree. */
  const elementsOfPassed = new Set<string>();
  const queue = index.all.filter(({ kind }) => kind === 'test' || kind === 'suite');
  const visit = (merged: MergedDefinition | undefined) => {
    if (merged !== undefined && !reached.has(merged)) queue.push(merged);
  };
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    for (const use of usesOf(at)) {
      for (const target of targetsOf(index, at, use)) visit(target);
      if (use.member === undefined) continue;
      elements.add(elementKey(use.name, use.member));
      if (at.kind === 'actionGroup' && index.members(at).has(use.name)) elementsOfPassed.add(use.member);
    }
  }
  const asserting = assertingOf(index);
  return {
    isReached: (merged) => reached.has(merged),
    isElementReached: (section, element) =>
      elements.has(elementKey(section, element)) || (passed.has(section) && elementsOfPassed.has(element)),
    asserts: (test) => asserting.has(test),
  };
}

/**
 * The tests and action groups that assert something. What is not known may assert. From the assertions to those who call them, in any
 * circle and without recursion: chains of calls may have any length.
 */
function assertingOf(index: DefinitionIndex): Set<MergedDefinition> {
  const callers = new Map<MergedDefinition, MergedDefinition[]>();
  const queue: MergedDefinition[] = [];
  for (const merged of index.all) {
    if (merged.kind !== 'test' && merged.kind !== 'actionGroup') continue;
    for (const { definition } of index.withParents(merged).flatMap(({ places }) => places)) {
      if (definition.asserts) queue.push(merged);
      for (const { kind, name, inHook } of definition.uses) {
        // Of a test, a call in its hooks does not count.
        if (kind !== 'call' || inHook) continue;
        const group = index.get('actionGroup', name);
        const list = group && callers.get(group);
        if (group === undefined) queue.push(merged);
        else if (list === undefined) callers.set(group, [merged]);
        else list.push(merged);
      }
    }
  }
  const asserting = new Set<MergedDefinition>();
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (asserting.has(at)) continue;
    asserting.add(at);
    for (const caller of callers.get(at) ?? []) queue.push(caller);
  }
  return asserting;
}

/** The definitions that a use may refer to. */
export function targetsOf(index: DefinitionIndex, user: MergedDefinition, use: Use): MergedDefinition[] {
  const one = (merged: MergedDefinition | undefined) => (merged === undefined ? [] : [merged]);
  switch (use.kind) {
    case 'call':
      return one(index.get('actionGroup', use.name));
    case 'parent':
      return one(index.get(user.kind, use.name));
    case 'test':
      return one(index.get('test', use.name));
    case 'section':
      return one(index.get('section', use.name));
    case 'data': {
      const data = index.get('entity', use.name);
      const type = data && index.typeOf(data);
      return [...one(data), ...one(type === undefined ? undefined : index.get('operation', type))];
    }
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
