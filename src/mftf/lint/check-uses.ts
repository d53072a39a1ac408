import { definedKindNames } from '../../model/lint-use.ts';
import { nearestHint } from '../catalog/known-names.ts';
import { findingIn, type RawFinding } from './finding.ts';
import {
  type DefinitionIndex,
  type DefinitionPlace,
  type MergedDefinition,
  memberOf,
  referredKinds,
} from './index-definitions.ts';
import type { Use } from './outline.ts';

type Problem = Pick<RawFinding, 'code' | 'subject' | 'message'>;

/** What is wrong with the references of a definition: unknown names, wrong arguments, and the use of what is deprecated. */
export function checkUses(index: DefinitionIndex, place: DefinitionPlace): RawFinding[] {
  const { kind, name, uses, deprecated } = place.definition;
  const merged = index.get(kind, name);
  const ownArguments = kind === 'actionGroup' && merged ? index.members(merged) : new Map<string, unknown>();
  // The arguments of a missing parent are not known.
  const isUnclear = kind === 'actionGroup' && merged !== undefined && index.isIncomplete(merged);
  return uses.flatMap((use) => {
    const isArgument = use.kind !== 'call' && use.kind !== 'parent' && ownArguments.has(use.name);
    if (isArgument || (isUnclear && use.kind === 'reference')) return [];
    const problems = checkers[use.kind](index, use, place);
    return problems
      .filter(({ code }) => code !== 'DEPRECATED_USE' || deprecated === undefined)
      .map((problem) => findingIn(place, { line: use.line, ...problem }));
  });
}

const checkers: Record<Use['kind'], (index: DefinitionIndex, use: Use, place: DefinitionPlace) => Problem[]> =
  {
    call(index, { name, arguments: names = [] }) {
      const group = index.get('actionGroup', name);
      if (group === undefined) {
        return isComposed(name) ? [] : [unknown('ACTION_GROUP_UNKNOWN', `action group ${name}`, name)];
      }
      if (index.isIncomplete(group)) return deprecation(group);
      const members = index.members(group);
      const extra = names.filter((argument) => !members.has(argument));
      const missing = [...members.values()].filter(
        (member) => member.required && !names.includes(member.name),
      );
      return [
        ...deprecation(group),
        ...extra.map((argument): Problem => {
          const message = `The action group ${name} has no argument ${argument}.`;
          return { code: 'ARGUMENT_UNKNOWN', subject: `${name} ${argument}`, message };
        }),
        ...missing.map((member): Problem => {
          const message = `The call of ${name} lacks its argument ${member.name}, which has no default value.`;
          return { code: 'ARGUMENT_MISSING', subject: `${name} ${member.name}`, message };
        }),
      ];
    },
    parent(index, { name }, { definition: { kind } }) {
      const parent = index.get(kind, name);
      return parent === undefined
        ? [unknown('PARENT_UNKNOWN', `${definedKindNames[kind]} ${name}`, name)]
        : deprecation(parent);
    },
    data(index, { name, operation }) {
      if (isComposed(name)) return [];
      const data = index.get('entity', name);
      if (data === undefined) return [unknown('DATA_UNKNOWN', `data ${name}`, name)];
      const type = index.typeOf(data);
      const isKnown =
        operation === undefined ||
        type === undefined ||
        index.isIncomplete(data) ||
        index.hasOperation(type, operation);
      const message = `No metadata has the operation ${operation} for the type ${type} of the data ${name}.`;
      return [
        ...deprecation(data),
        ...(isKnown
          ? []
          : [{ code: 'OPERATION_UNKNOWN' as const, subject: `${operation} ${type}`, message }]),
      ];
    },
    section: (index, { name }) =>
      index.get('section', name) === undefined ? [unknown('SECTION_UNKNOWN', `section ${name}`, name)] : [],
    reference: checkReference,
    name: checkName,
    env: () => [],
    credential: () => [],
    test: (index, { name }) =>
      index.get('test', name) === undefined ? [unknown('TEST_UNKNOWN', `test ${name}`, name)] : [],
  };

function checkReference(index: DefinitionIndex, use: Use): Problem[] {
  const { name, member } = use;
  const targets = referredKinds.flatMap((kind) => index.get(kind, name) ?? []);
  // Without a dot it may be text, such as a mask for names.
  if (member === undefined) return [];
  if (targets.length === 0) return [unknown('REFERENCE_UNKNOWN', `data, page or section ${name}`, name)];
  for (const target of targets) {
    // MFTF takes any member of a page for its address (measured with 3.8).
    const element = memberOf(index, target, target.kind === 'page' ? 'url' : member);
    if (element === undefined) continue;
    return [...deprecation(target), ...checkMember(target, element, use)];
  }
  if (targets.some((target) => index.isIncomplete(target))) return [];
  const [first] = targets as [MergedDefinition];
  const subject = `${name}.${member}`;
  if (first.kind === 'section') {
    return [
      {
        code: 'ELEMENT_UNKNOWN',
        subject,
        message: `The section ${name} has no element ${member}.${hintOf(index, first, member)}`,
      },
    ];
  }
  if (first.kind === 'page') return [];
  return [
    {
      code: 'FIELD_UNKNOWN',
      subject,
      message: `The data ${name} has no field ${member}.${hintOf(index, first, member)}`,
    },
  ];
}

/** A selector without braces is CSS to the browser, also where it is the name of an element. */
function checkName(index: DefinitionIndex, { name, member = '', isSelector }: Use): Problem[] {
  const section = isSelector ? index.get('section', name) : undefined;
  if (section === undefined || memberOf(index, section, member) === undefined) return [];
  const subject = `${name}.${member}`;
  return [
    {
      code: 'SELECTOR_MISREAD',
      subject,
      message: `The selector names the element ${subject} without double braces, so it is CSS.`,
    },
  ];
}

/** Comparing names takes 20 us each. */
const maxComparedNames = 1_000;

function hintOf(index: DefinitionIndex, merged: MergedDefinition, member: string): string {
  const names = Array.from(index.members(merged).values(), ({ name }) => name);
  return names.length > maxComparedNames ? '' : nearestHint(member, names);
}

function checkMember(
  target: MergedDefinition,
  { deprecated, parameters }: { deprecated?: string; parameters?: number },
  { name, member, argumentCount = 0 }: Use,
): Problem[] {
  const subject = `${name}.${member}`;
  const problems: Problem[] = [];
  if (deprecated !== undefined) {
    problems.push({
      code: 'DEPRECATED_USE',
      subject,
      message: `The element ${subject} is deprecated: ${deprecated}`,
    });
  }
  if (target.kind !== 'entity' && parameters !== undefined && parameters !== argumentCount) {
    const message = `The element ${subject} has ${count(parameters, 'parameter')}, and the reference has ${count(argumentCount, 'argument')}.`;
    problems.push({ code: 'ELEMENT_ARGUMENTS', subject, message });
  }
  return problems;
}

function deprecation({ kind, name, places }: MergedDefinition): Problem[] {
  const reason = places.find(({ definition }) => definition.deprecated !== undefined)?.definition.deprecated;
  if (reason === undefined) return [];
  return [
    {
      code: 'DEPRECATED_USE',
      subject: name,
      message: `The ${definedKindNames[kind]} ${name} is deprecated: ${reason}`,
    },
  ];
}

/** The problem of a name that no module defines. `definition` is its kind, in words, and its name. */
function unknown(code: Problem['code'], definition: string, subject: string): Problem {
  return { code, subject, message: `There is no ${definition}.` };
}

/** Whether a name is composed when the test is generated or runs. */
const isComposed = (name: string) => /[{}$]/.test(name);

const count = (number: number, unit: string) =>
  `${number === 0 ? 'no' : number} ${unit}${number === 1 ? '' : 's'}`;
