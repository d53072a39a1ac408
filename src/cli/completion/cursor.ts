import type { Command, Option } from 'commander';

/** What can be typed at the cursor of a command line. */
export type Cursor =
  | { kind: 'commands'; command: Command }
  | { kind: 'options'; command: Command }
  /** The value of an option. */
  | { kind: 'value'; option: Option }
  /** An argument of a command, of which some were typed before. `path` is the command with its groups: `env show`. */
  | { kind: 'argument'; command: Command; path: string; index: number };

/**
 * Finds what the last of `words` can be. `words` are those after `matre`; `load` returns a command of the program with its options
 * and subcommands, or `undefined` for an unknown one.
 */
export async function findCursor(
  program: Command,
  words: readonly string[],
  load: (name: string) => Promise<Command | undefined>,
): Promise<Cursor | undefined> {
  const typed = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  let command = program;
  const path: string[] = [];
  let index = 0;
  for (let at = 0; at < typed.length; at += 1) {
    const word = typed[at] as string;
    if (word === '--') return undefined;
    if (word.startsWith('-')) {
      const option = optionOf(word, command, program);
      if (option === undefined || !takesValue(option) || word.includes('=')) continue;
      if (at + 1 === typed.length) return { kind: 'value', option };
      at += 1;
    } else if (command.commands.length > 0) {
      const next: Command | undefined =
        command === program ? await load(word) : command.commands.find((each) => each.name() === word);
      if (next === undefined) return undefined;
      command = next;
      path.push(word);
    } else index += 1;
  }
  if (last.startsWith('-')) return { kind: 'options', command };
  if (command.commands.length > 0) return { kind: 'commands', command };
  return { kind: 'argument', command, path: path.join(' '), index };
}

function optionOf(word: string, command: Command, program: Command): Option | undefined {
  const [flag = ''] = word.split('=', 1);
  return [...command.options, ...program.options].find(({ long, short }) => flag === long || flag === short);
}

const takesValue = (option: Option) => option.required || option.optional;
