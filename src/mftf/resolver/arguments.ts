import type { ActionGroupDefinition, XmlElement } from './model.ts';
import { refuse } from './refusal.ts';

interface ArgumentValue {
  type: string;
  value: string;
  isDefault: boolean;
}

/** The values of an action group's arguments in one call, by name. */
export type ArgumentValues = ReadonlyMap<string, ArgumentValue>;

/**
 * The values of a call: those that it passes, else the defaults. Refuses an argument without a value. MFTF ignores values for
 * arguments that the action group does not have (measured with 3.8).
 */
export function argumentValues(definition: ActionGroupDefinition, call: XmlElement): ArgumentValues {
  const passed = new Map<string, string>();
  for (const { tag, attributes } of call.children) {
    if (tag === 'argument') passed.set(attributes['name'] ?? '', attributes['value'] ?? '');
  }
  const values = new Map<string, ArgumentValue>();
  for (const { name, type, defaultValue } of definition.arguments) {
    const own = passed.get(name);
    const value = own ?? defaultValue;
    if (value === undefined) {
      refuse(call.origin, `The call of ${definition.name} lacks its argument ${name}, which has no default.`);
    }
    // MFTF takes the text before it for the name of created data, where the argument is used (measured with 3.8 and 6.0).
    if (type !== 'string' && /[^$]\$[\w.[\]]+\$/.test(value)) {
      refuse(call.origin, `The argument ${name} of ${definition.name} has created data behind other text.`);
    }
    values.set(name, { type, value, isDefault: own === undefined });
  }
  return values;
}

/** References of one text: each of them is a pass over it. The largest number in Magento 2.4.4 is 12. */
const maxReferences = 200;
/** Characters of a text with its arguments. */
const maxTextLength = 1_000_000;

/**
 * A reference in double braces as MFTF finds it here: a name, perhaps a field, perhaps parameters. See catalog/references.ts. Behind a
 * third brace it is none (measured with 3.8 and 6.0). Longer ones are text, so that the time for a text does not grow with its square.
 */
const reference = /(?<!\{)\{\{(\w{1,2000})(?:\.([\w[\]/-]{1,2000}))?(?:\(((?:(?!\}\}).){0,2000}))?\}\}/g;
const createdReference = /\$[\w.[\]]+\$/;
/** MFTF knows no name with a hyphen and no parameters here, and takes a text with them for a literal (measured with 3.8 and 6.0). */
const referenceInValue = /\{\{([\w.[\]]+)\}\}/;

/** The references of a text that MFTF looks at for arguments: each with its name, its field and its parameters. */
export function referencesToArguments(text: string): RegExpExecArray[] {
  return [...text.matchAll(reference)];
}

/**
 * A text of an action group with the values of arguments in place of the references to them. What is replaced is not only the
 * reference, but often each other occurrence of the argument's name in the text, because MFTF does so (measured with 3.8).
 * Returns `undefined` for a text that is too large to be handled.
 */
export function putArguments(text: string, values: ArgumentValues): string | undefined {
  if (values.size === 0 || !text.includes('{{')) return text;
  if (text.length > maxTextLength) return undefined;
  const matches = referencesToArguments(text);
  if (matches.length > maxReferences) return undefined;
  let result = text;
  for (const [all, head = '', field, parameters] of matches) {
    const argument = values.get(head);
    if (parameters === undefined) {
      if (argument) result = putReference(result, { all, name: head, field }, argument);
    } else {
      if (argument) result = putWord(result, head, argument.value);
      for (const one of parameters.split(',')) result = putParameter(result, one, values);
    }
    if (result.length > maxTextLength) return undefined;
  }
  return result;
}

/** Whether a call may change a text: it has a reference to an argument of one of these names, or is too large to be handled. */
export function mayHaveArguments(text: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0 || !text.includes('{{')) return false;
  if (text.length > maxTextLength) return true;
  const matches = referencesToArguments(text);
  return (
    matches.length > maxReferences ||
    matches.some(
      ([, head = '', , parameters]) =>
        names.has(head) || parameters?.split(',').some((one) => names.has(readParameter(one).name)),
    )
  );
}

/** Replaces `{{name}}` or `{{name.field}}`. */
function putReference(
  text: string,
  { all, name, field }: { all: string; name: string; field: string | undefined },
  { type, value }: ArgumentValue,
): string {
  if (type === 'string') return field === undefined ? text.replaceAll(all, () => value) : text;
  const created = createdData(value);
  if (created === undefined) return putWord(text, name, value);
  const { sign, key } = created;
  const path = field === undefined ? name : `${name}.${field}`;
  return text.replaceAll(all, () => `${sign}${path.replaceAll(name, () => key)}${sign}`);
}

/** Replaces a parameter of a selector or a page that is the name of an argument, or begins with it. */
function putParameter(text: string, parameter: string, values: ArgumentValues): string {
  const { path, name } = readParameter(parameter);
  const argument = values.get(name);
  if (argument === undefined) return text;
  const { type, value } = argument;
  if (type === 'string') return putWord(text, name, stringParameter(value));
  const created = createdData(value);
  if (created === undefined) return putWord(text, name, value);
  const { sign, key } = created;
  return text.replaceAll(path, () => `${sign}${path.replaceAll(name, () => key)}${sign}`);
}

/** The text of a parameter, and the name of the argument that it may be. */
function readParameter(parameter: string): { path: string; name: string } {
  const path = parameter.trim().replace(/^[()'\s]+|[()'\s]+$/g, '');
  return { path, name: parameter.includes("'") ? path : path.replace(/\..*$/s, '') };
}

/**
 * What a value says of created data: `$key$` or `$$key$$`; `undefined` for any other value. MFTF takes as many signs as both sides have,
 * so that `$$$key$$` is `$$key$$`.
 */
function createdData(value: string): { sign: string; key: string } | undefined {
  let start = 0;
  let end = value.length;
  while (value.charAt(start) === '$') start += 1;
  while (end > start && value.charAt(end - 1) === '$') end -= 1;
  const key = value.slice(start, end);
  const signs = Math.min(start, value.length - end, 2);
  return signs === 0 || key === '' || key.includes('$') ? undefined : { sign: '$'.repeat(signs), key };
}

/** A literal in quotes, unless the value is a reference itself. */
function stringParameter(value: string): string {
  const [all, path] = referenceInValue.exec(value) ?? [];
  if (path !== undefined && all === value) return path;
  return path !== undefined || createdReference.test(value) ? value : `'${value}'`;
}

/** The expressions for words: a tree has a few hundred names of arguments, and a hundred thousand texts with them. */
const wordExpressions = new Map<string, RegExp>();
const maxExpressions = 2_000;

/** Replaces each occurrence of a word, except directly before a parenthesis. */
function putWord(text: string, word: string, value: string): string {
  const expression =
    wordExpressions.get(word) ?? new RegExp(`\\b${word.replace(/\W/g, '\\$&')}\\b(?!\\()`, 'g');
  if (wordExpressions.size < maxExpressions) wordExpressions.set(word, expression);
  return text.replace(expression, () => value);
}
