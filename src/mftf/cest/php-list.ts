import { hasMark, type PhpText, variableOf } from './php-text.ts';
import { CestRefusal } from './refusal.ts';

/** Splits at commas outside of brackets and quotes. */
export function splitTopLevel(text: string): string[] {
  const items: string[] = [];
  let start = 0;
  for (let comma = topLevelIndexOf(text, ',', 0); comma >= 0; comma = topLevelIndexOf(text, ',', start)) {
    items.push(text.slice(start, comma));
    start = comma + 1;
  }
  items.push(text.slice(start));
  return items;
}

/** The index of a separator outside of brackets and quotes, or -1. `from` must be outside of both. */
function topLevelIndexOf(text: string, separator: ',' | '=>', from: number): number {
  let depth = 0;
  let quote = '';
  for (let index = from; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    else if (depth === 0 && text.startsWith(separator, index)) return index;
  }
  return -1;
}

/** The inside of `[..]`; the text itself when it has none. */
function insideOfList(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1) : trimmed;
}

/**
 * A list of PHP: items without quotes get them, items with quotes are unchanged, their blanks included. MFTF takes a text apart at each comma
 * and arrow, whatever stands around them; where that matters, it is left to it.
 */
export function phpList(text: string, php: PhpText): string {
  let inside = insideOfList(text);
  // A list of data may be the only item of a list.
  if (inside.trim().startsWith('[') && splitTopLevel(inside).length === 1) inside = insideOfList(inside);
  if (inside.trim() === '') return '[]';
  if (inside.split("'").length % 2 === 0) throw new CestRefusal('A list has an apostrophe.');
  return `[${splitTopLevel(inside)
    .map((item) => listItem(item, php))
    .join(', ')}]`;
}

function listItem(item: string, php: PhpText): string {
  const arrow = topLevelIndexOf(item, '=>', 0);
  if (arrow < 0) return listValue(item, php);
  const key = item.slice(0, arrow).trim();
  if (key === '' || /^\d/.test(key)) throw new CestRefusal(`A key of a list is a number: ${key}.`);
  const value = item.slice(arrow + 2).trim();
  return `${isQuoted(key) ? key : php.quote(key)} => ${listValue(value, php)}`;
}

function listValue(item: string, php: PhpText): string {
  const trimmed = item.trim();
  if (trimmed === '' || /^\[|\]$/.test(trimmed))
    throw new CestRefusal('A list has an empty item, or a list.');
  if (!isQuoted(trimmed)) {
    if (/=>|\\/.test(trimmed)) throw new CestRefusal('An item of a list has two arrows, or a backslash.');
    return php.quote(trimmed);
  }
  refuseInQuotes(trimmed);
  if (!hasMark(trimmed)) return item;
  const isUnique = php.expressionsIn(trimmed).some((expression) => expression.startsWith('msq('));
  if (trimmed.startsWith("'") || isUnique) throw new CestRefusal('A list has a reference in quotes.');
  return item.replace(trimmed, () => php.quote(trimmed.slice(1, -1)));
}

function refuseInQuotes(text: string): void {
  if (/,|=>|\n/.test(text)) throw new CestRefusal('A list has a comma, an arrow or a line break in quotes.');
}

/** The arguments of `<pressKey>`: as in a list, but constants and numbers stay, and each item keeps its own blank. */
export function keyArguments(text: string, php: PhpText): string {
  if (!/^\s*\[.*\]\s*$/s.test(text)) throw new CestRefusal('The keys to be pressed are no list.');
  const items = splitTopLevel(insideOfList(text));
  return items
    .map((item) => {
      const trimmed = item.trim();
      if (trimmed === '') throw new CestRefusal('A key to be pressed is empty.');
      if (trimmed.startsWith('[')) return item.replace(trimmed, () => phpList(trimmed, php));
      if (/^\d+$/.test(trimmed)) return item;
      if (trimmed.startsWith('\\')) return trimmed;
      if (trimmed.startsWith("'")) return quotedKey(trimmed);
      const variable = variableOf(trimmed);
      if (variable && items.length > 1) throw new CestRefusal('A variable is one of several keys.');
      if (/[[\]]|=>/.test(trimmed)) throw new CestRefusal(`This is no key to be pressed: ${trimmed}.`);
      if (isQuoted(trimmed)) refuseInQuotes(trimmed);
      return variable ?? php.quote(trimmed);
    })
    .join(',');
}

/** What MFTF writes of a reference in quotes is no PHP. */
function quotedKey(text: string): string {
  refuseInQuotes(text);
  if (hasMark(text) || !isQuoted(text)) throw new CestRefusal(`This is no key to be pressed: ${text}.`);
  return text;
}

function isQuoted(text: string): boolean {
  const first = text.charAt(0);
  return (first === "'" || first === '"') && text.length > 1 && text.endsWith(first);
}
