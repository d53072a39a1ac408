import { hasMark, type PhpText } from './php-text.ts';
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

/** A list of PHP: items without quotes get them, items with quotes are unchanged, their blanks included. */
export function phpList(text: string, php: PhpText): string {
  let inside = insideOfList(text);
  // A list of data may be the only item of a list.
  if (inside.trim().startsWith('[') && splitTopLevel(inside).length === 1) inside = insideOfList(inside);
  if (inside.trim() === '') return '[]';
  refuseUnclear(inside);
  return `[${splitTopLevel(inside)
    .map((item) => listItem(item, php))
    .join(', ')}]`;
}

/** MFTF takes lists with quotes in a list apart at each comma, unless they have keys; so does it an item with an apostrophe. */
function refuseUnclear(inside: string): void {
  if (inside.split("'").length % 2 === 0) throw new CestRefusal('A list has an apostrophe.');
  const isNested = splitTopLevel(inside).some((item) => /^\s*\[.*['"]/s.test(item));
  if (isNested && !inside.includes('=>'))
    throw new CestRefusal('A list with quotes stands in a list without keys.');
}

function listItem(item: string, php: PhpText): string {
  const arrow = topLevelIndexOf(item, '=>', 0);
  if (arrow >= 0) {
    const key = item.slice(0, arrow).trim();
    return `${key} => ${listValue(item.slice(arrow + 2).trim(), php)}`;
  }
  return listValue(item, php);
}

function listValue(item: string, php: PhpText): string {
  const trimmed = item.trim();
  if (trimmed.startsWith('[')) return phpList(trimmed, php);
  if (isQuoted(trimmed)) return hasMark(trimmed) ? php.quote(trimmed.slice(1, -1)) : item;
  return php.quote(trimmed);
}

/** The arguments of `<pressKey>`: as in a list, but constants and numbers stay, and each item keeps its own blank. */
export function keyArguments(text: string, php: PhpText): string {
  return splitTopLevel(insideOfList(text))
    .map((item) => {
      const trimmed = item.trim();
      if (trimmed.startsWith('[')) return item.replace(trimmed, () => phpList(trimmed, php));
      if (/^\d+$/.test(trimmed)) return item;
      if (trimmed.startsWith('\\')) return trimmed;
      if (!isQuoted(trimmed)) return php.quote(trimmed);
      // What MFTF writes is no PHP.
      if (hasMark(trimmed)) throw new CestRefusal('A key to be pressed has a reference in quotes.');
      return trimmed;
    })
    .join(',');
}

function isQuoted(text: string): boolean {
  const first = text.charAt(0);
  return (first === "'" || first === '"') && text.length > 1 && text.endsWith(first);
}
