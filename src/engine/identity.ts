import { createHash } from 'node:crypto';

/** A readable and comparable name of a host: its name, and a hash of `details` that differ between hosts of that name. */
export function hostIdentity(name: string, ...details: string[]): string {
  const digest = createHash('sha256').update(details.join('\n')).digest('hex').slice(0, 8);
  return `${name} (${digest})`;
}
