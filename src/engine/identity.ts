import { createHash } from 'node:crypto';

/** A host for people and for comparing: its name, and what tells it from others of that name. */
export function hostIdentity(name: string, ...telling: string[]): string {
  const told = createHash('sha256').update(telling.join('\n')).digest('hex').slice(0, 8);
  return `${name} (${told})`;
}
