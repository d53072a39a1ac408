import type { Command, Option } from 'commander';
import { visible } from '../../model/visible-text.ts';
import { type Cursor, findCursor } from './cursor.ts';
import type { Candidate, NameKind } from './names.ts';

/** What an option or an argument takes, besides fixed choices. */
export type ValueKind = NameKind | 'contexts' | 'help';

/** By the long flag of an option, the same for all commands. */
const valuesOfOptions: Record<string, ValueKind> = {
  '--env': 'environments',
  '--environment': 'environments',
  '--test': 'tests',
  '--group': 'groups',
  '--suite': 'suites',
  '--exclude': 'selectable',
  '--module': 'modules',
  '--saved': 'savedSelections',
  '--schedule': 'schedules',
  '--channel': 'channels',
  '--context': 'contexts',
};

/** By the path of a command: its first argument, of both `compare` commands also the second. */
const valuesOfArguments: Record<string, ValueKind> = {
  show: 'runs',
  log: 'runs',
  watch: 'runs',
  cancel: 'runs',
  priority: 'runs',
  pin: 'runs',
  unpin: 'runs',
  retry: 'runs',
  compare: 'comparable',
  tests: 'selectable',
  steps: 'tests',
  'used-by': 'usable',
  'quarantine add': 'tests',
  'quarantine end': 'quarantines',
  'note set': 'causes',
  'note remove': 'causes',
  logout: 'contexts',
  help: 'help',
  'context use': 'contexts',
  'context remove': 'contexts',
  'env show': 'environments',
  'env edit': 'environments',
  'env pause': 'environments',
  'env resume': 'environments',
  'env remove': 'environments',
  'env set': 'environments',
  'env unset': 'environments',
  'variable compare': 'environments',
  'saved show': 'savedSelections',
  'saved edit': 'savedSelections',
  'saved duplicate': 'savedSelections',
  'saved disable': 'savedSelections',
  'saved enable': 'savedSelections',
  'saved remove': 'savedSelections',
  'channel show': 'channels',
  'channel edit': 'channels',
  'channel test': 'channels',
  'channel disable': 'channels',
  'channel enable': 'channels',
  'channel remove': 'channels',
  'schedule show': 'schedules',
  'schedule edit': 'schedules',
  'schedule pause': 'schedules',
  'schedule resume': 'schedules',
  'schedule remove': 'schedules',
  'schedule fire': 'schedules',
  'schedule next': 'schedules',
};

/**
 * What can be typed instead of the last of `words`, the words after `matre`. `load` as of `findCursor`; `names` returns those of a
 * kind for a text. A name with control characters is left out, because a line of a script cannot have it.
 */
export async function findCandidates(
  program: Command,
  words: readonly string[],
  parts: {
    load: (name: string) => Promise<Command | undefined>;
    names: (kind: ValueKind, text: string) => Promise<Candidate[]>;
  },
): Promise<Candidate[]> {
  const last = words.at(-1) ?? '';
  const cursor = await findCursor(program, words, parts.load);
  const all = cursor === undefined ? [] : await valuesAt(cursor, program, (kind) => parts.names(kind, last));
  return all.filter(({ value }) => value.startsWith(last) && visible(value) === value);
}

async function valuesAt(
  cursor: Cursor,
  program: Command,
  names: (kind: ValueKind) => Promise<Candidate[]>,
): Promise<Candidate[]> {
  switch (cursor.kind) {
    case 'commands':
      return cursor.command
        .createHelp()
        .visibleCommands(cursor.command)
        .map((each) => ({ value: each.name(), description: each.description() }));
    case 'options': {
      const options = cursor.command.createHelp().visibleOptions(cursor.command);
      const all = cursor.command === program ? options : [...options, ...program.options.filter(isContext)];
      return all.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []));
    }
    case 'value': {
      const { argChoices, long } = cursor.option;
      if (argChoices !== undefined) return argChoices.map((value) => ({ value }));
      const kind = valuesOfOptions[long ?? ''];
      return kind === undefined ? [] : names(kind);
    }
    case 'argument': {
      const { registeredArguments } = cursor.command;
      const argument =
        registeredArguments[cursor.index] ?? registeredArguments.findLast(({ variadic }) => variadic);
      if (argument?.argChoices !== undefined) return argument.argChoices.map((value) => ({ value }));
      const isFirst = cursor.index === 0 || /^(?:variable )?compare$/.test(cursor.path);
      const kind = isFirst ? valuesOfArguments[cursor.path] : undefined;
      return kind === undefined ? [] : names(kind);
    }
  }
}

const isContext = ({ long }: Option) => long === '--context';
