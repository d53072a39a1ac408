import { bareReferences, type NamedReference, referencesIn } from '../catalog/declarations/references.ts';
import type { Use } from './outline.ts';

/** Adds the references of a text. */
export function addReferences(uses: Use[], text: string, line: number): void {
  if (!text.includes('{{')) return;
  for (const reference of referencesIn(text)) uses.push(toUse(reference, line));
}

/** Adds the references of the value of an argument, which may also be the name of data or of a section. */
export function addValue(uses: Use[], value: string, line: number): void {
  if (value.includes('{{')) {
    addReferences(uses, value, line);
    return;
  }
  for (const reference of bareReferences(value)) uses.push({ kind: 'name', line, ...reference });
}

function toUse({ name, member, argumentCount }: NamedReference, line: number): Use {
  if (name === '_ENV' || name === '_CREDS') {
    return { kind: name === '_ENV' ? 'env' : 'credential', line, name: member ?? '' };
  }
  return {
    kind: 'reference',
    line,
    name,
    ...(member !== undefined && { member }),
    ...(argumentCount !== undefined && { argumentCount }),
  };
}
