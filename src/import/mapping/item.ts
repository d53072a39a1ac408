import type { SourceProblem } from '../records.ts';

/** In the order in which they are made: later ones refer to earlier ones. */
export const itemKinds = [
  'environment',
  'variable',
  'user',
  'saved selection',
  'schedule',
  'channel',
  'rule',
  'subscription',
  'template',
] as const;
export type ItemKind = (typeof itemKinds)[number];

/** Something of php-matre, and what it becomes here. */
export interface Item {
  kind: ItemKind;
  /** Names it there; the same in every import. */
  sourceId: string;
  /** Its name there, for users. */
  there: string;
  /** Its name here: a code, `<scope>:<name>` of a variable, `<user>@<channel>`, `<kind of channel> <outcome>`. */
  here: string;
  /** Its fields as texts that can be compared with those of an item here; a field without a value is missing. */
  fields: Fields;
  /** What differs from there, in sentences. */
  notes: string[];
}

export type Fields = Readonly<Record<string, string>>;

/** Fields that are never shown. */
export const secretFields: Readonly<Partial<Record<ItemKind, readonly string[]>>> = {
  environment: ['adminPassword', 'baseUrl'],
  variable: ['value'],
  user: ['password'],
  channel: ['secrets'],
};

/** Items, and what has no place. */
export interface Mapped {
  items: Item[];
  leftovers: SourceProblem[];
}

/** Names of one kind that are not used twice, as `key` compares them. */
export function createNames(key: (name: string) => string) {
  const taken = new Set<string>();
  return {
    /** The name, or the first free one of `name 2`, `name 3` and so on. */
    claim(name: string, separator = ' '): string {
      let free = name;
      for (let number = 2; taken.has(key(free)); number += 1) free = `${name}${separator}${number}`;
      taken.add(key(free));
      return free;
    },
  };
}

/** A list as a field: sorted, because its order means nothing. */
export const listField = (values: readonly string[]) => [...new Set(values)].sort().join(', ');

/** A description in the form that matre stores: one line of at most `max` characters; empty without one. */
export function toDescription(text: string, max: number): { description: string; notes: string[] } {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line.length <= max) return { description: line, notes: [] };
  // Not half of a surrogate pair.
  const description = line.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
  return { description, notes: ['its description is cut'] };
}

/** A number of rows, as the name of a problem that all of them have: `2 runs`. */
export const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
