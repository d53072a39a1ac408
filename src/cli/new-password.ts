import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import { Fault } from '../faults/fault.ts';
import type { Terminal } from './output/terminal.ts';
import { promptHidden } from './prompt.ts';

/** The password itself is never an option: other users of the machine can read arguments. */
export const passwordOption = () =>
  new Option('--password-stdin', 'read the password from standard input instead of prompting for it');

/**
 * Reads a new password: from standard input, or from a prompt, twice because the input is hidden. Errors: INPUT_INVALID when the
 * two differ or there is no terminal.
 */
export async function readNewPassword(
  terminal: Terminal,
  options: { passwordStdin?: boolean },
): Promise<string> {
  if (options.passwordStdin) return (await text(terminal.stdin)).replace(/\r?\n$/, '');
  const password = await promptHidden(terminal, 'New password: ', '--password-stdin');
  const repeated = await promptHidden(terminal, 'Repeat password: ', '--password-stdin');
  if (password !== repeated)
    throw new Fault('INPUT_INVALID', 'The two passwords differ. Run the command again.');
  return password;
}
