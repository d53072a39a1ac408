import { type Reference, readReference, replaceReferences } from '../catalog/declarations/references.ts';
import type { Definitions, ElementDefinition } from '../resolver/model.ts';
import { locatorCall, parameterNames } from './locator.ts';
import type { PhpText } from './php-text.ts';
import { CestRefusal } from './refusal.ts';

/** How PHP reaches what exists only while a test runs; tests and suites differ in it. */
export interface PhpAccess {
  /** A field of data that a step created. */
  created(stepKey: string, field: string): string;
  secret(name: string): string;
}

export interface ReferenceContext {
  definitions: Definitions;
  access: PhpAccess;
  php: PhpText;
}

export interface ResolvedText {
  /** With marks for expressions. */
  text: string;
  /** The timeout of the last element that the text names; `undefined` when it names none. */
  element: { timeout: string | undefined } | undefined;
  /** Whether it names an element with a locator function. */
  hasLocator: boolean;
  secrets: string[];
  /** What MFTF says of deprecated declarations that the text names. */
  notices: string[];
}

/** Which references are replaced: all; all but those to elements; or only those to created data. */
export type Reading = 'all' | 'data' | 'created';

/**
 * A text with its references to data, sections, pages, the environment, secrets and created data replaced. Throws CestRefusal for a
 * reference that leads nowhere, or to an element where none can stand.
 */
export function resolveReferences(source: string, context: ReferenceContext, reading: Reading): ResolvedText {
  if (!source.includes('{{') && !source.includes('$')) return withoutReferences(source);
  const resolved: ResolvedText = {
    text: '',
    element: undefined,
    hasLocator: false,
    secrets: [],
    notices: [],
  };
  resolved.text = replaceReferences(source, (reference) => {
    if (reading === 'created' || !hasMember(reference)) return undefined;
    if (reading === 'data' && context.definitions.section(reference.name) !== undefined) {
      throw new CestRefusal(`An element cannot stand here: ${reference.source}.`);
    }
    // MFTF knows no field or element with a hyphen (measured with 3.8 and 6.0).
    if (reference.member.includes('-') && !reference.name.startsWith('_')) return undefined;
    const value = lookUp(reference, context, resolved);
    // A reference that leads to nothing stays, when it has parameters.
    if (value === '' && reference.parameters !== undefined) return undefined;
    return value === undefined ? undefined : replaceValues(value, reference, context, resolved);
  });
  if (resolved.hasLocator && /^\0\d+\0$/.exec(resolved.text) === null) {
    throw new CestRefusal(`A locator function stands beside text: ${source}.`);
  }
  resolved.text = replaceCreated(resolved.text, context);
  return resolved;
}

function withoutReferences(text: string): ResolvedText {
  return { text, element: undefined, hasLocator: false, secrets: [], notices: [] };
}

/** A reference that may lead somewhere; `{{name}}` alone is not replaced. */
type MemberReference = Reference & { member: string };

function hasMember(reference: Reference): reference is MemberReference {
  return reference.member !== undefined;
}

function lookUp(
  reference: MemberReference,
  context: ReferenceContext,
  resolved: ResolvedText,
): string | undefined {
  const { name, member: key, parameters } = reference;
  const { definitions, php } = context;
  const addNotice = (kind: string, message: string | undefined) => {
    if (message !== undefined)
      resolved.notices.push(`DEPRECATED ${kind} in Test: ${reference.source} ${message}`);
  };
  if (name === '_ENV') return php.mark(`getenv("${key}")`);
  if (name === '_CREDS') {
    resolved.secrets.push(key);
    return php.mark(context.access.secret(key));
  }
  const page = definitions.page(name);
  if (page !== undefined) {
    addNotice('PAGE', page.deprecated);
    const isAdmin = page.area === 'admin';
    const template = isAdmin ? page.url.replace(/^\/+/, '') : page.url;
    const url = fillParameters(template, parameters, context, resolved);
    return isAdmin ? `${php.mark(adminUrl)}/${url}` : url;
  }
  const section = definitions.section(name);
  const element = section?.elements.get(key);
  if (section !== undefined && element !== undefined) {
    addNotice('SECTION', section.deprecated);
    addNotice('ELEMENT', element.deprecated);
    resolved.element = { timeout: element.timeout === '-' ? undefined : element.timeout };
    return selectorOf(element, parameters, context, resolved);
  }
  addNotice('DATA ENTITY', definitions.entity(name)?.deprecated);
  return entityValue(name, key, context);
}

const adminUrl =
  '(getenv("MAGENTO_BACKEND_BASE_URL") ? rtrim(getenv("MAGENTO_BACKEND_BASE_URL"), "/") : "") . "/" . getenv("MAGENTO_BACKEND_NAME")';

function selectorOf(
  element: ElementDefinition,
  parameters: string[] | undefined,
  context: ReferenceContext,
  resolved: ResolvedText,
): string {
  if (element.locatorFunction !== undefined) {
    resolved.hasLocator = true;
    const values = (parameters ?? []).map((parameter) => parameterValue(parameter, context, resolved));
    return context.php.mark(locatorCall(element.locatorFunction, values, context.php));
  }
  return fillParameters(element.selector ?? '', parameters, context, resolved);
}

/** Puts parameters into `{{name}}` in the order in which the names occur first. */
function fillParameters(
  template: string,
  parameters: string[] | undefined,
  context: ReferenceContext,
  resolved: ResolvedText,
): string {
  if (parameters === undefined) return template;
  const names = parameterNames(template);
  if (names.length > parameters.length) {
    throw new CestRefusal(
      `${parameters.length} parameters are given to "${template}", which needs ${names.length}.`,
    );
  }
  let filled = template;
  names.forEach((name, index) => {
    const value = parameterValue(parameters[index] as string, context, resolved);
    filled = filled.replaceAll(`{{${name}}}`, () => value);
  });
  return filled;
}

/** A parameter: a literal in single quotes, created data, a variable or a field of data. MFTF ignores brackets around it. */
function parameterValue(source: string, context: ReferenceContext, resolved: ResolvedText): string {
  const parameter = source.replace(/^\(+/, '').replace(/(?<=^(?:'[^']*'|[^']*))\)+$/, '');
  if (parameter.startsWith("'")) return withoutGroups(parameter.replace(/^'+|'+$/g, ''));
  // A variable without its braces is taken for data, and there is none of its name; so is one whose name has one letter or a `_`.
  if (/^(?:\$\w+|\{\$(?:\w|\w*_\w*)\})$/.test(parameter)) return `{{${parameter}}}`;
  if (parameter.includes('$')) return parameter.replace(/\s/g, '');
  const reference = readReference(parameter.replace(/\s/g, '').replace(/^\{\{/, '').replace(/\}\}$/, ''));
  // Text that is not a reference is unchanged.
  if (reference === undefined || !hasMember(reference)) return parameter;
  // So is a field with a hyphen.
  if (reference.member.includes('-')) return `{{${parameter}}}`;
  return lookUp(reference, context, resolved) ?? parameter;
}

/** MFTF takes `$1` and `\1` in a literal for groups of a pattern, which are empty. */
function withoutGroups(literal: string): string {
  return literal.replace(/[\\$]\d{1,2}/g, '');
}

function entityValue(name: string, key: string, context: ReferenceContext): string | undefined {
  const entity = context.definitions.entity(name);
  if (entity === undefined) throw new CestRefusal(`"${name}" is neither data nor a section nor a page.`);
  const [arrayKey, index] = /^([^[]+)\[(\d+)\]$/.exec(key)?.slice(1) ?? [];
  if (arrayKey !== undefined) {
    if (entity.namedItems.has(arrayKey.toLowerCase())) {
      throw new CestRefusal(`The array "${arrayKey}" of the data "${name}" has items with names.`);
    }
    const item = entity.arrays.get(arrayKey.toLowerCase())?.[Number(index)];
    if (item !== undefined) return item;
  }
  const array = entity.arrays.get(key.toLowerCase());
  if (array !== undefined) return `[${array.map((item) => `"${item}"`).join(',')}]`;
  const field = entity.fields.get(key.toLowerCase());
  if (field === undefined) throw new CestRefusal(`The data "${name}" has no field "${key}".`);
  const unique = field.unique && context.php.mark(`msq("${name}")`);
  if (field.unique === 'prefix') return `${unique}${field.value}`;
  return field.unique === 'suffix' ? `${field.value}${unique}` : field.value;
}

/**
 * References inside of a value, to one more level: the environment, secrets, and data, there without what makes it unique. In a whole array
 * those to data stay.
 */
function replaceValues(
  value: string,
  { name, member }: MemberReference,
  context: ReferenceContext,
  resolved: ResolvedText,
): string {
  if (!value.includes('{{')) return value;
  const isArray = context.definitions.entity(name)?.arrays.has(member.toLowerCase());
  return replaceReferences(value, (reference) => {
    if (!hasMember(reference)) return undefined;
    const { name, member: key } = reference;
    if (name === '_ENV' || name === '_CREDS') return lookUp(reference, context, resolved);
    return isArray ? undefined : context.definitions.entity(name)?.fields.get(key.toLowerCase())?.value;
  });
}

const createdPattern = /\$\$?(\w+)\.([\w[\]]+)\$\$?/g;

function replaceCreated(text: string, context: ReferenceContext): string {
  if (!text.includes('$')) return text;
  return text.replace(createdPattern, (_, stepKey: string, field: string) =>
    context.php.mark(context.access.created(stepKey, field)),
  );
}
