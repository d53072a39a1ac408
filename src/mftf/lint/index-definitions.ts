import { groupBy } from '../../model/group-by.ts';
import type { Definition, DefinitionKind, FileFacts, Member, Use } from './facts.ts';

/** A definition in a file. */
export interface Placed {
  path: string;
  definition: Definition;
}

/** All files that define a name, which MFTF merges. */
export interface Merged {
  kind: DefinitionKind;
  name: string;
  places: Placed[];
}

/** The definitions of a tree by kind and name. */
export interface DefinitionIndex {
  files: readonly FileFacts[];
  all: readonly Merged[];
  get(kind: DefinitionKind, name: string): Merged | undefined;
  /** A definition and those that it extends, the nearest first, a hundred at most. A circle ends where it begins again. */
  withParents(merged: Merged): Merged[];
  /** The members by name, also those of parents. Of two with a name, the last one of the nearest definition counts. */
  members(merged: Merged): ReadonlyMap<string, Member>;
  /** Whether one of the parents is missing or too far away, so that the members are not known. */
  isIncomplete(merged: Merged): boolean;
  /** The type of data, of the nearest definition that has one. */
  typeOf(merged: Merged): string | undefined;
  /** Whether the metadata has an operation for a type of data. */
  hasOperation(type: string, operation: string): boolean;
}

/** Definitions that extend each other; Magento 2.4.4 has chains of two. Without a bound, those of a long chain take quadratic time. */
const maxChain = 100;

/** Fields of data are found in any case. */
const memberKey = (kind: DefinitionKind, name: string) => (kind === 'entity' ? name.toLowerCase() : name);

export function indexDefinitions(files: readonly FileFacts[]): DefinitionIndex {
  const placed = files.flatMap(({ path, definitions }) =>
    definitions.map((definition): Placed => ({ path, definition })),
  );
  const groups = groupBy(placed, ({ definition: { kind, name } }) => keyOf(kind, name));
  const index = new Map(
    Array.from(groups, ([key, places]): [string, Merged] => {
      const { kind, name } = (places[0] as Placed).definition;
      return [key, { kind, name, places }];
    }),
  );
  const operations = new Set(
    placed
      .filter(({ definition }) => definition.kind === 'operation')
      .map(({ definition: { name, operation } }) => `${name} ${operation}`),
  );
  const memberCache = new Map<Merged, ReadonlyMap<string, Member>>();
  const get = (kind: DefinitionKind, name: string) => index.get(keyOf(kind, name));

  const chains = new Map<Merged, Merged[]>();
  function withParents(merged: Merged): Merged[] {
    const cached = chains.get(merged);
    if (cached) return cached;
    const chain = new Set<Merged>();
    for (let at: Merged | undefined = merged; at !== undefined && !chain.has(at) && chain.size < maxChain; ) {
      chain.add(at);
      const parent = parentOf(at);
      at = parent === undefined ? undefined : get(at.kind, parent);
    }
    const list = [...chain];
    chains.set(merged, list);
    return list;
  }

  function members(merged: Merged): ReadonlyMap<string, Member> {
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
        .flatMap(({ places }) => places.map(({ definition }) => definition.type))
        .find((type) => type !== undefined),
    hasOperation: (type, operation) => operations.has(`${type} ${operation}`),
  };
}

/** The member of a definition; `undefined` when it has none of this name. A field may be followed by an index. */
export function memberOf(index: DefinitionIndex, merged: Merged, name: string): Member | undefined {
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

export function usesOf({ places }: Merged): Use[] {
  return places.flatMap(({ definition }) => definition.uses);
}

function parentOf({ places }: Merged): string | undefined {
  return places.findLast(({ definition }) => definition.parent !== undefined)?.definition.parent;
}

const keyOf = (kind: DefinitionKind, name: string) => `${kind} ${name}`;
