import { isDeepStrictEqual } from 'node:util';
import { shorten, visible } from '../../model/visible-text.ts';
import type { FieldChanges } from '../../store/access/audit.ts';

/** More fields than any view has. */
const maxFields = 50;
const maxValueLength = 300;

/** The fields of two views that differ, with their values as text; `undefined` when none does. Times of changes are left out. */
export function changedFields(before: object, after: object): FieldChanges | undefined {
  const old = new Map(Object.entries(before));
  const changes = Object.entries(after)
    .filter(([name, value]) => !/^changed(?:At|By)$/.test(name) && !isDeepStrictEqual(value, old.get(name)))
    .slice(0, maxFields)
    .map(([name, value]) => [name, { before: asText(old.get(name)), after: asText(value) }]);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return shorten(visible(typeof value === 'string' ? value : JSON.stringify(value)), maxValueLength);
}
