import type { SettingValues } from './settings/settings.ts';

/**
 * The address of a setting with the password of another setting, percent-encoded: an address that is put together from texts breaks at
 * every / or + of a password. `undefined` without the address; an address that is none stays, for a better message.
 */
export function withPassword(
  values: SettingValues,
  addressName: 'DATABASE_URL' | 'LOCK_DSN',
  passwordName: 'DATABASE_PASSWORD' | 'LOCK_PASSWORD',
  problems: string[],
): string | undefined {
  const { [addressName]: text, [passwordName]: password } = values;
  if (password === undefined) return text;
  if (text === undefined) {
    problems.push(`${passwordName} needs ${addressName}`);
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return text;
  if (url.password !== '' || url.searchParams.has('password')) {
    problems.push(`${addressName} has a password already, beside ${passwordName}`);
    return text;
  }
  // An address without a host (a socket) has no place for a password but its parameters, which only PostgreSQL has.
  if (url.hostname === '') url.searchParams.set('password', password);
  else url.password = encodeURIComponent(password);
  return url.href;
}
