import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import type { Terminal } from '../../output/terminal.ts';
import { askHidden } from '../../prompt.ts';

/** The options for the admin password. Never the password itself: other users of the machine see arguments. */
export const passwordOptions = () => [
  new Option('--admin-password-stdin', 'read the password of the admin from standard input'),
  new Option('--ask-admin-password', 'ask for the password of the admin').conflicts('adminPasswordStdin'),
];

export interface PasswordOptions {
  adminPasswordStdin?: boolean;
  askAdminPassword?: boolean;
}

/** The password as it was given; else that of MATRE_ADMIN_PASSWORD; else `undefined`. */
export async function readPassword(
  terminal: Terminal,
  options: PasswordOptions,
): Promise<string | undefined> {
  if (options.askAdminPassword) return askHidden(terminal, 'Password of the admin: ');
  if (!options.adminPasswordStdin) return terminal.env['MATRE_ADMIN_PASSWORD'] || undefined;
  const password = (await text(terminal.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Fault('INPUT_INVALID', 'There is no password on standard input.');
  return password;
}
