import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import type { Terminal } from '../../output/terminal.ts';
import { promptHidden } from '../../prompt.ts';

/** The options for the admin password. The password itself is never an option: other users of the machine can read arguments. */
export const passwordOptions = () => [
  new Option('--admin-password-stdin', 'read the admin password from standard input'),
  new Option('--ask-admin-password', 'prompt for the admin password').conflicts('adminPasswordStdin'),
];

export interface PasswordOptions {
  adminPasswordStdin?: boolean;
  askAdminPassword?: boolean;
}

/** The admin password of the prompt or standard input; else that of MATRE_ADMIN_PASSWORD; else `undefined`. Errors: INPUT_INVALID. */
export async function readPassword(
  terminal: Terminal,
  options: PasswordOptions,
): Promise<string | undefined> {
  if (options.askAdminPassword) return promptHidden(terminal, 'Admin password: ', '--admin-password-stdin');
  if (!options.adminPasswordStdin) return terminal.env['MATRE_ADMIN_PASSWORD'] || undefined;
  const password = (await text(terminal.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Fault('INPUT_INVALID', 'Standard input has no password.');
  return password;
}
