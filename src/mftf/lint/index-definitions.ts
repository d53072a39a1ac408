import { groupBy } from '../../model/group-by.ts';
import type { Definition, DefinitionKind, FileOutline, Member, Use } from './outline.ts';

/** A definition in a file. */
export interface DefinitionPlace {
  path: string;
  definition: Definition;
}

/** All files that define a name, which MFTF merges. */
export interface MergedDefinition {
  kind: DefinitionKind;
  name: string;
  places: DefinitionPlace[];
}

/** The definitions of a tree by kind and name. */
export interface DefinitionIndex {
  files: readonly FileOutline[];
  all: readonly MergedDefinition[];
  get(kind: DefinitionKind, name: string): MergedDefinition | undefined;
  /** A definition and those that it extends, the nearest first, a hundred at most. A circle ends where it begins again. */
  withParents(merged: MergedDefinition): MergedDefinition[];
  /** The members by name, also those of parents. Of two with a name, the last one of the nearest definition counts. */
  members(merged: MergedDefinition): ReadonlyMap<string, Member>;
  /** Whether one of the parents is missing or too far away, so that the members are not known. */
  isIncomplete(merged: MergedDefinition): boolean;
  /** The type of data, of the nearest definition that has one; of several files of one name, the last one counts, as in MFTF. */
  typeOf(merged: MergedDefinition): string | undefined;
  /** Whether the metadata has an operation for a type of data. */
  hasOperation(type: string, operation: string): boolean;
}

/** Definitions that extend each other; Magento 2.4.4 has chains of two. Without a bound, those of a long chain take quadratic time. */
const maxChain = 100;

/** Fields of data are found in any case. */
const memberKey = (kind: DefinitionKind, name: string) => (kind === 'entity' ? name.toLowerCase() : name);

export function indexDefinitions(files: readonly FileOutline[]): DefinitionIndex {
  const allPlaces = files.flatMap(({ path, definitions }) =>
    definitions.map((definition): DefinitionPlace => ({ path, definition })),
  );
  const groups = groupBy(allPlaces, ({ definition: { kind, name } }) => keyOf(kind, name));
  const index = new Map(
    Array.from(groups, ([key, places]): [string, MergedDefinition] => {
      const { kind, name } = (places[0] as DefinitionPlace).definition;
      return [key, { kind, name, places }];
    }),
  );
  const operations = new Set(
    allPlaces
      .filter(({ definition }) => definition.kind === 'operation')
      .map(({ definition: { name, operation } }) => `${name} ${operation}`),
  );
  const memberCache = new Map<MergedDefinition, ReadonlyMap<string, Member>>();
  const get = (kind: DefinitionKind, name: string) => index.get(keyOf(kind, name));

  const chains = new Map<MergedDefinition, MergedDefinition[]>();
  function withParents(merged: MergedDefinition): MergedDefinition[] {
    const cached = chains.get(merged);
    if (cached) return cached;
    const chain = new Set<MergedDefinition>();
    for (
      let at: MergedDefinition | undefined = merged;
      at !== undefined && !chain.has(at) && chain.size < maxChain;
    ) {
      chain.add(at);
      const parent = parentOf(at);
      at = parent === undefined ? undefined : get(at.kind, parent);
    }
    const list = [...chain];
    chains.set(merged, list);
    return list;
  }

  function members(merged: MergedDefinition): ReadonlyMap<string, Member> {
    const cached = memberCache.get(merged);
    if (cached) return cached;
    const all = new Map<string, Member>();
    for (const { kind, places } of withParents(merged).toReversed()) {
      for (const { definition } of places) {
        for (const member of definition.members) all.set(memberKey(kind, member.name), member);
      }
    }
    memberCache.set(merged, all);
    return all;
  }

  return {
    files,
    all: [...index.values()],
    get,
    withParents,
    members,
    isIncomplete(merged) {
      const chain = withParents(merged);
      const parent = parentOf(chain.at(-1) ?? merged);
      const next = parent === undefined ? undefined : get(merged.kind, parent);
      return parent !== undefined && (next === undefined || !chain.includes(next));
    },
    typeOf: (merged) =>
      withParents(merged)
        .map(({ places }) => places.findLast(({ definition }) => definition.type !== undefined))
        .find((place) => place !== undefined)?.definition.type,
    hasOperation: (type, operation) => operations.has(`${type} ${operation}`),
  };
}

/** The member of a definition; `undefined` when it has none of this name. A field may be followed by an index. */
export function memberOf(index: DefinitionIndex, merged: MergedDefinition, name: string): Member | undefined {
  const members = index.members(merged);
  return members.get(memberKey(merged.kind, name)) ?? members.get(memberKey(merged.kind, fieldName(name)));
}

/** `street` of `street[0]`. */
function fieldName(name: string): string {
  const end = name.indexOf('[');
  return end < 0 ? name : name.slice(0, end);
}

/** Where else a reference by name may lead. MFTF tries more than one kind. */
export const referredKinds = ['entity', 'page', 'section'] as const satisfies DefinitionKind[];

export function usesOf({ places }: MergedDefinition): Use[] {
  return places.flatMap(({ definition }) => definition.uses);
}

function parentOf({ places }: MergedDefinition): string | undefined {
  return places.findLast(({ definition }) => definition.parent !== undefined)?.definition.parent;
}

const keyOf = (kind: DefinitionKind, name: string) => `${kind} ${name}`;
