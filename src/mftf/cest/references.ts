import { type Reference, readReference, replaceReferences } from '../catalog/declarations/references.ts';
import type { ElementDefinition } from '../resolver/model.ts';
import { entityValue, fieldValue } from './entity-values.ts';
import { locatorCall, parameterNames } from './locator.ts';
import type { PhpText } from './php-text.ts';
import {
  type Reading,
  type ReferenceContext,
  type ResolvedText,
  withoutReferences,
} from './reference-context.ts';
import { CestRefusal } from './refusal.ts';

/** A text of which references are being replaced. */
interface TextInProgress extends ResolvedText {
  secrets: string[];
  notices: string[];
}

/**
 * A text with its references to data, sections, pages, the environment, secrets and created data replaced. Throws CestRefusal for a
 * reference that leads nowhere, or to an element where none can stand.
 */
export function resolveReferences(source: string, context: ReferenceContext, reading: Reading): ResolvedText {
  if (!source.includes('{{') && !source.includes('$')) return withoutReferences(source);
  const resolvedTexts = context.resolvedTexts[reading];
  const cached = resolvedTexts.get(source);
  if (cached !== undefined) return cached;
  const resolved = resolve(source, context, reading);
  resolvedTexts.set(source, resolved);
  return resolved;
}

function resolve(source: string, context: ReferenceContext, reading: Reading): ResolvedText {
  refuseOddParameters(source);
  const resolved: TextInProgress = {
    ...withoutReferences(''),
    secrets: [],
    notices: [],
  };
  let hasData = false;
  resolved.text = replaceReferences(source, (reference) => {
    if (reading === 'created' || !hasMember(reference)) return undefined;
    if (reading === 'runtime' && !isRuntime(reference)) return undefined;
    refuseMisplaced(reference, reading, context);
    const isElement = context.definitions.section(reference.name) !== undefined;
    if (isElement && hasData) throw new CestRefusal(`Data stands before an element: ${source}.`);
    hasData ||= !isElement && context.definitions.entity(reference.name) !== undefined;
    // MFTF knows no name with a hyphen, but for secrets, and no reference without its parameters (measured with 3.8 and 6.0).
    if (reference.member.includes('-') && reference.name !== '_CREDS') return undefined;
    if (reference.parameters?.join('') === '') return undefined;
    const value = lookUp(reference, context, resolved);
    // A reference that leads to nothing stays, when it has parameters.
    if (value === '' && reference.parameters !== undefined) return undefined;
    return value === undefined ? undefined : replaceValues(value, reference, context, resolved);
  });
  if (resolved.hasLocator && /^\0\d+\0$/.exec(resolved.text) === null) {
    throw new CestRefusal(`A locator function stands beside text: ${source}.`);
  }
  refuseOddCreated(resolved.text);
  resolved.text = replaceCreated(resolved.text, context);
  return resolved;
}

function isRuntime({ name }: Reference): boolean {
  return name === '_ENV' || name === '_CREDS';
}

function refuseMisplaced(
  { name, source }: Reference,
  reading: Reading,
  { definitions }: ReferenceContext,
): void {
  if (reading !== 'elements' && definitions.section(name) !== undefined) {
    throw new CestRefusal(`An element cannot stand here: ${source}.`);
  }
  if (reading !== 'pages' && definitions.page(name) !== undefined) {
    throw new CestRefusal(`A page cannot stand here: ${source}.`);
  }
}

/** MFTF refuses a name between dollar signs that has no field, or a field of a field. */
function refuseOddCreated(text: string): void {
  for (const [source, path = ''] of text.matchAll(/\$([\w.[\]]+)\$/g)) {
    if (!/^\w+\.[\w[\]]+$/.test(path)) throw new CestRefusal(`${source} is no field of created data.`);
  }
}

/**
 * MFTF ends a reference at the braces of a parameter, and does not find the others where one of them has other braces. Of several it refuses
 * an empty one before others, and takes brackets around one for a part of it (measured with 3.8 and 6.0).
 */
function refuseOddParameters(source: string): void {
  replaceReferences(source, ({ parameters = [] }) => {
    const [first = '', ...others] = parameters;
    if (parameters.some(isInBraces)) {
      throw new CestRefusal(`A parameter is in braces: ${source}.`);
    }
    if (parameters.some((each) => /^[^']*[$\\]\d/.test(each))) {
      throw new CestRefusal(`A parameter without quotes has the number of a group: ${source}.`);
    }
    const hasBrackets = parameters.some((each) => each.startsWith('('));
    if ((hasBrackets || others.length > 0) && parameters.some((each) => each.split("'").length > 3)) {
      throw new CestRefusal(`A parameter has an apostrophe: ${source}.`);
    }
    const isClosed = [first, ...others.slice(0, -1)].some((each) => each.endsWith(')'));
    const isEmpty = first.startsWith("'") && withoutGroups(withoutQuotes(first)) === '';
    if (others.length > 0 && (isEmpty || isClosed || others.some((each) => each.startsWith('(')))) {
      throw new CestRefusal(`One of several parameters is empty or in brackets: ${source}.`);
    }
    return undefined;
  });
}

/** Of a literal, opening braces are text, unless a reference with parameters begins with them. */
function isInBraces(parameter: string): boolean {
  const isText = parameter.startsWith("'") && !parameter.includes('(');
  return parameter.includes('}}') || (parameter.includes('{{') && !isText);
}

/** A reference that may lead somewhere; `{{name}}` alone is not replaced. */
type MemberReference = Reference & { member: string };

function hasMember(reference: Reference): reference is MemberReference {
  return reference.member !== undefined;
}

function lookUp(
  reference: MemberReference,
  context: ReferenceContext,
  resolved: TextInProgress,
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
    refuseMoreParameters(page, template, parameters);
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
  resolved: TextInProgress,
): string {
  if (element.locatorFunction !== undefined) {
    resolved.hasLocator = true;
    const values = (parameters ?? []).map((parameter) =>
      replaceCreated(parameterValue(parameter, context, resolved), context),
    );
    for (const value of values) refuseInLocator(value, context.php);
    return context.php.mark(locatorCall(element.locatorFunction, values, context.php));
  }
  // MFTF takes such an element for one with a locator function.
  if (element.selector === '0') throw new CestRefusal(`The selector of ${element.name} is a zero.`);
  const { selector = '' } = element;
  refuseMoreParameters(element, selector, parameters);
  return fillParameters(selector, parameters, context, resolved);
}

/** MFTF ignores those of an element or a page that is not parameterized. */
function refuseMoreParameters(
  { name, parameterized }: { name: string; parameterized: boolean },
  template: string,
  parameters: string[] = [],
): void {
  const count = parameterNames(template).length;
  if (parameterized && parameters.length > count) {
    throw new CestRefusal(`${parameters.length} parameters are given to ${name}, which needs ${count}.`);
  }
}

/** What MFTF makes of these in the arguments of a locator function is no PHP, or has other places. */
function refuseInLocator(value: string, php: PhpText): void {
  const isUnique = php.expressionsIn(value).some((expression) => expression.startsWith('msq('));
  if (isUnique || /[",]|\{\{\w+\./.test(value)) {
    throw new CestRefusal(
      'A parameter of a locator function is unique, or has quotes, a comma or a reference.',
    );
  }
}

/** Puts parameters into `{{name}}` in the order in which the names occur first. */
function fillParameters(
  template: string,
  parameters: string[] | undefined,
  context: ReferenceContext,
  resolved: TextInProgress,
): string {
  // MFTF leaves some of these as they are, and looks for parameters in others.
  if (/\{\{\w+\./.test(template))
    throw new CestRefusal(`A selector or an address has a reference: ${template}.`);
  const names = parameterNames(template);
  if (parameters === undefined) return template;
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
function parameterValue(source: string, context: ReferenceContext, resolved: TextInProgress): string {
  const parameter = source.replace(/^\(+/, '').replace(/(?<=^(?:'[^']*'|[^']*))\)+$/, '');
  if (parameter.startsWith("'")) return withoutGroups(withoutQuotes(parameter));
  // A variable without its braces is taken for data, and there is none of its name; so is one whose name has one letter or a `_`.
  if (/^(?:\$[\w.]+|\{\$(?:\w|\w*_\w*)\})$/.test(parameter)) return `{{${parameter}}}`;
  if (parameter.includes('$')) {
    // MFTF takes any other text with a dollar sign for data (measured with 3.8 and 6.0).
    const isRead = /\$\$?[\w.[\]-]+\$\$?|^\s*\{\$\w+\}\s*$/.test(parameter);
    if (!isRead) throw new CestRefusal(`A parameter has a dollar sign beside other text: ${parameter}.`);
    return parameter.replace(/\s/g, '');
  }
  const reference = readReference(parameter.replace(/\s/g, '').replace(/^\{\{/, '').replace(/\}\}$/, ''));
  // MFTF takes any other text for the name of data, too; a field with a hyphen or a dot is none.
  if (reference === undefined || !hasMember(reference) || /[-.]/.test(reference.member)) {
    return parameter.startsWith('{{') ? parameter : `{{${parameter}}}`;
  }
  const { definitions } = context;
  const isElement = definitions.section(reference.name)?.elements.has(reference.member) === true;
  if (isElement || definitions.page(reference.name) !== undefined) {
    throw new CestRefusal(`A parameter is an element or a page: ${parameter}.`);
  }
  const value = lookUp(reference, context, resolved) ?? parameter;
  // MFTF does not replace those in items of arrays.
  if (reference.member.endsWith(']') && value.includes('{{')) {
    throw new CestRefusal(`A parameter is an item with a reference: ${parameter}.`);
  }
  return value;
}

function withoutQuotes(literal: string): string {
  return literal.replace(/^'+|'+$/g, '');
}

/** MFTF takes `$1` and `\1` in a literal for groups of a pattern, which are empty. */
function withoutGroups(literal: string): string {
  return literal.replace(/[\\$]\d{1,2}/g, '');
}

/** Values that refer to data of the same kind may do so in a circle. */
const maxLevels = 8;

/**
 * References inside of a value: the environment, secrets, and data, there without what makes it unique. In arrays and their items those to
 * data stay.
 */
function replaceValues(
  value: string,
  reference: MemberReference,
  context: ReferenceContext,
  resolved: TextInProgress,
  level = 1,
): string {
  if (!value.includes('{{')) return value;
  const key = reference.member.toLowerCase();
  const keepsData = context.definitions.entity(reference.name)?.arrays.has(key.replace(/\[\d+\]$/, ''));
  let count = 0;
  return replaceReferences(value, (inner) => {
    count += 1;
    if (!hasMember(inner)) return undefined;
    if (isRuntime(inner)) return lookUp(inner, context, resolved);
    if (keepsData || inner.member.includes('-')) return undefined;
    // MFTF takes the name of the one for that of the other.
    if (count > 1) throw new CestRefusal(`The value of ${reference.source} has more than one reference.`);
    const field = fieldValue(inner, context.definitions);
    if (field === undefined) return undefined;
    if (level === maxLevels)
      throw new CestRefusal(`Too many values refer to each other: ${reference.source}.`);
    return replaceValues(field, inner, context, resolved, level + 1);
  });
}

const createdPattern = /\$\$?(\w+)\.([\w[\]]+)\$\$?/g;

function replaceCreated(text: string, context: ReferenceContext): string {
  if (!text.includes('$')) return text;
  return text.replace(createdPattern, (_, stepKey: string, field: string) =>
    context.php.mark(context.access.created(stepKey, field)),
  );
}
