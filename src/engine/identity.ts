import { createHash } from 'node:crypto';

/** A host for people and for comparing: its name, and what tells it from others of that name. */
export function hostIdentity(name: string, ...details: string[]): string {
  const digest = createHash('sha256').update(details.join('\n')).digest('hex').slice(0, 8);
  return `${name} (${digest})`;
}
