import type { DefinedName, NameUse, NameUses, UsableName } from '../../model/lint-use.ts';
import {
  type DefinitionIndex,
  type DefinitionPlace,
  type MergedDefinition,
  memberOf,
  usesOf,
} from './index-definitions.ts';
import type { Use } from './outline.ts';
import { type EnvironmentTests, testsAbove } from './tests-above.ts';

/** Uses of one answer; the most used action group of Magento 2.4.4 has 2,762. */
const maxUses = 10_000;
const maxNames = 200_000;

/**
 * Who uses an action group, data, a page, a section or a test (`Name`), an element or field (`Name.member`), a variable (`_ENV.NAME`) or a
 * credential (`_CREDS.vendor/NAME`). `undefined` when nothing has or uses the name. The tests are as of `testsAbove`.
 */
export function usedBy(
  index: DefinitionIndex,
  query: string,
  environment?: EnvironmentTests,
): NameUses | undefined {
  const dot = query.indexOf('.');
  const [name, member] = dot < 0 ? [query, undefined] : [query.slice(0, dot), query.slice(dot + 1)];
  const matches =
    name === '_ENV' || name === '_CREDS' ? matchVariable(name, member ?? '') : matchName(name, member);
  const isPassedOn = index.all.some((user) =>
    usesOf(user).some((use) => use.kind === 'name' && use.name === name),
  );
  const uses: NameUse[] = [];
  const users = new Set<MergedDefinition>();
  for (const user of index.all) {
    const own = user.kind === 'actionGroup' ? index.members(user) : undefined;
    for (const { path, definition } of user.places) {
      for (const use of definition.uses) {
        const isArgument = own !== undefined && isByName(use) && own.has(use.name);
        const possible = isArgument && isPassedOn && member !== undefined && use.member === member;
        if (!possible && (isArgument || !matches(use))) continue;
        users.add(user);
        uses.push({ kind: user.kind, name: user.name, path, line: use.line, possible });
      }
    }
  }
  const definitions = definitionsOf(index, name, member);
  if (definitions.length === 0 && uses.length === 0) return undefined;
  const tests = testsAbove(index, users, environment);
  return { definitions, uses: uses.slice(0, maxUses), more: Math.max(0, uses.length - maxUses), tests };
}

/** Names that contain a text, in any case: those that begin with it first, then by name. */
export function completeUsable(
  index: DefinitionIndex,
  { text, limit }: { text: string; limit: number },
): UsableName[] {
  const search = text.toLowerCase();
  const places = new Map<UsableName, number>();
  const add = (name: string, kind: UsableName['kind']) => {
    const place = name.toLowerCase().indexOf(search);
    if (place >= 0 && places.size < maxNames) places.set({ name, kind }, Math.sign(place));
  };
  for (const merged of index.all) {
    add(merged.name, merged.kind);
    if (merged.kind !== 'section' && merged.kind !== 'entity') continue;
    const kind = merged.kind === 'section' ? 'element' : 'field';
    for (const { name } of index.members(merged).values()) add(`${merged.name}.${name}`, kind);
  }
  const variables = new Map<string, UsableName['kind']>();
  for (const merged of index.all) {
    for (const { kind, name } of usesOf(merged)) {
      if (kind === 'env') variables.set(`_ENV.${name}`, 'variable');
      if (kind === 'credential') variables.set(`_CREDS.${name}`, 'credential');
    }
  }
  for (const [name, kind] of variables) add(name, kind);
  return [...places]
    .sort(([a, placeOfA], [b, placeOfB]) => placeOfA - placeOfB || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(([usable]) => usable);
}

function matchVariable(name: '_ENV' | '_CREDS', member: string): (use: Use) => boolean {
  const kind = name === '_ENV' ? 'env' : 'credential';
  return (use) => use.kind === kind && use.name === member;
}

function matchName(name: string, member: string | undefined): (use: Use) => boolean {
  return (use) =>
    use.name === name &&
    use.kind !== 'env' &&
    use.kind !== 'credential' &&
    (member === undefined || use.member?.toLowerCase() === member.toLowerCase());
}

const isByName = ({ kind }: Use) => kind === 'reference' || kind === 'name' || kind === 'data';

function definitionsOf(index: DefinitionIndex, name: string, member: string | undefined): DefinedName[] {
  const all = index.all.filter((merged) => merged.name === name);
  return all.flatMap((merged) => {
    if (member !== undefined && memberOf(index, merged, member) === undefined) return [];
    return merged.places.flatMap(({ path, definition }: DefinitionPlace) => {
      const line =
        member === undefined
          ? definition.line
          : definition.members.find((each) => each.name === member)?.line;
      return line === undefined ? [] : [{ kind: merged.kind, name: merged.name, path, line }];
    });
  });
}
