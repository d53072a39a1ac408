import { text } from 'node:stream/consumers';
import { Option } from 'commander';
import { Fault } from '../faults/fault.ts';
import type { Terminal } from './output/terminal.ts';
import { askHidden } from './prompt.ts';

/** Never the password itself: other users of the machine see arguments. */
export const passwordOption = () =>
  new Option('--password-stdin', 'read the password from standard input instead of asking for it');

/** A password that somebody chooses: typed twice, because nobody sees it, or read from standard input. */
export async function readNewPassword(
  terminal: Terminal,
  options: { passwordStdin?: boolean },
): Promise<string> {
  if (options.passwordStdin) return (await text(terminal.stdin)).replace(/\r?\n$/, '');
  const password = await askHidden(terminal, 'New password: ');
  const again = await askHidden(terminal, 'Once more: ');
  if (password !== again) throw new Fault('INPUT_INVALID', 'The two passwords differ.');
  return password;
}
