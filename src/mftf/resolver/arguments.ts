import type { ActionGroupDefinition, XmlElement } from './model.ts';
import { refuse } from './refusal.ts';

/** The values of an action group's arguments in one call, by name. */
export type ArgumentValues = ReadonlyMap<string, { type: string; value: string }>;

/**
 * The values of a call: those that it passes, else the defaults. Refuses an argument without a value. MFTF ignores values for
 * arguments that the action group does not have (measured with 3.8).
 */
export function argumentValues(definition: ActionGroupDefinition, call: XmlElement): ArgumentValues {
  const passed = new Map<string, string>();
  for (const { tag, attributes } of call.children) {
    if (tag === 'argument') passed.set(attributes['name'] ?? '', attributes['value'] ?? '');
  }
  const values = new Map<string, { type: string; value: string }>();
  for (const { name, type, defaultValue } of definition.arguments) {
    const value = passed.get(name) ?? defaultValue;
    if (value === undefined) {
      refuse(call.origin, `The call of ${definition.name} lacks its argument ${name}, which has no default.`);
    }
    values.set(name, { type, value });
  }
  return values;
}

/** A reference in double braces: a name, what follows it, and parameters in parentheses. */
const reference = /\{\{(\w+)((?:\.[\w[\]]+)*)(?:\(((?:(?!\}\}).)+)\))?\}\}/g;
const parameter = /^(\w+)((?:\.[\w[\]]+)*)$/;
const created = /^(\$\$?)([\w.[\]]+?)\1$/;
const wholeReference = /^\{\{((?:(?!\}\}).)+)\}\}$/;

/** A text of an action group with the values of arguments in place of the references to them. */
export function putArguments(text: string, values: ArgumentValues): string {
  if (!text.includes('{{')) return text;
  return text.replace(
    reference,
    (all: string, name: string, path: string, parameters: string | undefined) => {
      const argument = values.get(name);
      if (parameters === undefined) return argument ? argumentText(argument, path) : all;
      const head = argument ? stripBraces(argument.value) : name;
      return `{{${head}${path}(${splitParameters(parameters)
        .map((one) => parameterOf(one, values))
        .join(',')})}}`;
    },
  );
}

function argumentText({ type, value }: { type: string; value: string }, path: string): string {
  if (type === 'string' && path === '') return value;
  const [, sign, name] = created.exec(value) ?? [];
  if (sign !== undefined) return `${sign}${name}${path}${sign}`;
  return `{{${stripBraces(value)}${path}}}`;
}

/** A parameter of a selector: a literal in quotes stays, the name of an argument becomes its value. */
function parameterOf(text: string, values: ArgumentValues): string {
  const [, name = '', path = ''] = parameter.exec(text.trim()) ?? [];
  const argument = values.get(name);
  if (argument === undefined) return text;
  const { type, value } = argument;
  const [, sign, key] = created.exec(value) ?? [];
  if (sign !== undefined) return `${sign}${key}${path}${sign}`;
  if (wholeReference.test(value) || type !== 'string') return `${stripBraces(value)}${path}`;
  return /^\{\$[^}]*\}$/.test(value) ? value : `'${value}'`;
}

function stripBraces(value: string): string {
  return wholeReference.exec(value)?.[1] ?? value;
}

/** Parameters are separated by commas, except those within quotes. */
function splitParameters(text: string): string[] {
  return text.match(/(?:'[^']*'|[^,'])+|'/g) ?? [];
}
