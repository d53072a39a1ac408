import { lineFault, type ValuePart } from './split-env-file.ts';

/** What the references of a value resolve to. */
export interface ValueScope {
  line: number;
  /** The value of a name; `undefined` when there is none. */
  lookup(name: string): string | undefined;
  /** `${NAME:=value}` gives a name without a value this one. */
  assign(name: string, value: string): void;
  /** Takes a warning: a reference to nothing, a command that is not executed. */
  warn(message: string): void;
}

/**
 * Stands for the `$` of a `$(command)` that was kept as text, until all values are known: like the output of a command, it means nothing
 * where other values refer to it. No env file contains it.
 */
export const keptDollar = '\0';

/**
 * The longest value, in characters. Linux starts no process with an environment string of 128 KiB or more (MAX_ARG_STRLEN), and
 * without a bound references to references could fill the memory.
 */
const maxValueLength = 128 * 1024 - 1;

/**
 * The value of the parts after an `=`, as Symfony's Dotenv resolves it: single quotes are literal; elsewhere references are replaced,
 * and `\$` and `\\` are unescaped; `\"`, `\n` and `\r` are escapes in double quotes alone.
 *
 * Dotenv executes `$(command)`; this keeps it as text, since env files come from outside.
 *
 * Errors: ENV_FILE_INVALID with the number of the line.
 */
export function expandValue(parts: readonly ValuePart[], scope: ValueScope): string {
  let value = '';
  for (const part of parts) {
    value += expandPart(part, scope);
    if (value.length > maxValueLength) throw tooLong(scope);
  }
  return value;
}

function expandPart({ quote, text }: ValuePart, scope: ValueScope): string {
  if (quote === 'single') return text;
  if (quote === 'double') {
    // One after the other, as Dotenv does: "\\n" is a backslash and a line break.
    return expand(text.replaceAll('\\"', '"').replaceAll('\\r', '\r').replaceAll('\\n', '\n'), scope).value;
  }
  const { value, hasCommand } = expand(text, scope);
  // Dotenv checks the text only when the references and escapes in it changed nothing.
  if (value === text && !hasCommand && /[ \t\n\v\f\r]/.test(text)) {
    throw lineFault(scope.line, 'a value with blanks needs quotes; text next to a quote belongs into it.');
  }
  return value;
}

function expand(text: string, scope: ValueScope): { value: string; hasCommand: boolean } {
  const { value, hasCommand } = text.includes('$')
    ? keepCommands(expandReferences(text, scope))
    : { value: text, hasCommand: false };
  if (hasCommand) scope.warn('the command in $(...) is not executed; it stays text');
  return { value: value.replaceAll('\\\\', '\\'), hasCommand };
}

/** Backslashes, `$`, and what may follow: `{`, a name, `:-default` or `:=default`, `}`. All of it is optional, also in Dotenv. */
const referencePattern = /(?<!\\)(\\*)\$(?!\()(\{)?([A-Za-z][A-Za-z0-9_]*)?(:[-=][^}]+)?(\})?/g;

function expandReferences(text: string, scope: ValueScope): string {
  let length = text.length;
  const { line } = scope;
  return text.replace(
    referencePattern,
    (match, backslashes: string, open?: string, name?: string, fallback?: string, close?: string) => {
      if (backslashes.length % 2 === 1) return match.slice(1);
      if (name === undefined && fallback === undefined && close === undefined) return match;
      if (open !== undefined && close === undefined) throw lineFault(line, 'a reference has no closing }.');
      const value = resolveReference(name, fallback, scope);
      length += value.length;
      if (length > 2 * maxValueLength) throw tooLong(scope);
      return backslashes + value + (open === undefined ? (close ?? '') : '');
    },
  );
}

/** The value of a name, or its default. Dotenv takes `$:-x` and `${}` for references without a name, which have no value. */
function resolveReference(
  name: string | undefined,
  fallback: string | undefined,
  { line, lookup, assign, warn }: ValueScope,
): string {
  const value = name === undefined ? '' : lookup(name);
  if (value === undefined && fallback === undefined) {
    // Without the name: what looks like a reference may be a part of a password.
    warn('the value refers to a variable that is not defined; that part is empty');
  }
  if (value || fallback === undefined) return value ?? '';
  if (/["'{$]/.test(fallback)) {
    throw lineFault(line, 'the default of a reference may not contain quotes, { or $.');
  }
  const byDefault = fallback.slice(2);
  if (fallback[1] === '=') {
    if (name === undefined) throw lineFault(line, 'a := has no name before it.');
    assign(name, byDefault);
  }
  return byDefault;
}

/** Removes the backslash before each escaped `$(command)`. `hasCommand`: another one is not escaped. */
function keepCommands(text: string): { value: string; hasCommand: boolean } {
  const ends = commandEnds(text);
  let hasCommand = false;
  let result = '';
  let copiedTo = 0;
  for (let at = text.indexOf('$('); at >= 0; at = text.indexOf('$(', Math.max(at + 1, copiedTo))) {
    const end = ends.get(at + 1);
    if (end === undefined) continue;
    const isEscaped = at > copiedTo && text[at - 1] === '\\';
    if (!isEscaped) hasCommand = true;
    const command = (isEscaped ? '$' : keptDollar) + text.slice(at + 1, end);
    result += text.slice(copiedTo, isEscaped ? at - 1 : at) + command;
    copiedTo = end;
  }
  return { value: result + text.slice(copiedTo), hasCommand };
}

/** Where each `(` ends that Dotenv takes for a command: closed, and not empty, as all parentheses in it. */
function commandEnds(text: string): Map<number, number> {
  const ends = new Map<number, number>();
  const open: { at: number; isCommand: boolean }[] = [];
  for (const { 0: parenthesis, index } of text.matchAll(/[()]/g)) {
    if (parenthesis === '(') {
      open.push({ at: index, isCommand: true });
      continue;
    }
    const start = open.pop();
    if (start === undefined) continue;
    if (start.isCommand && index > start.at + 1) ends.set(start.at, index + 1);
    else {
      const outer = open.at(-1);
      if (outer) outer.isCommand = false;
    }
  }
  return ends;
}

const tooLong = ({ line }: ValueScope) =>
  lineFault(line, `the value has more than ${maxValueLength} characters, which no process can be given.`);
