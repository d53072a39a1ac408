import { Command } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { connectToServer } from '../client/connect.ts';
import { localName, readContexts } from '../client/context-file.ts';
import { chooseTarget } from '../client/target.ts';
import { findCandidates, type ValueKind } from '../completion/candidates.ts';
import { type Candidate, cacheFolder, findNames } from '../completion/names.ts';
import { splitLine } from '../completion/split-line.ts';
import { topicNames } from '../topic-names.ts';

export function registerComplete(command: Command, context: CliContext): void {
  command
    .argument('[words...]', 'the words after matre, up to the cursor')
    .option('--line <text>', 'the whole line up to the cursor, as bash has it')
    .action(async (args: string[], { line }: { line?: string }) => {
      const words = line === undefined ? args : splitLine(line).slice(1);
      const program = command.parent as Command;
      // Whatever fails, such as a wrong setting: a message would be printed into the line that the user is typing.
      const candidates = await findCandidates(program, words, {
        load: (name) => loadCommand(name, context),
        names: (kind, text) => namesOf(context, kind, { text, words }).catch(() => []),
      }).catch(() => []);
      const before = line === undefined ? '' : splitByBash(words.at(-1) ?? '');
      for (const { value, description = '' } of candidates) {
        const text = description.replaceAll(/\s+/g, ' ');
        context.terminal.stdout.line(`${value.slice(before.length)}\t${text}`);
      }
    });
}

/** The part of a word that bash does not replace: it ends at the last of the characters at which bash splits words. */
function splitByBash(word: string): string {
  return /^.*[:=]/.exec(word)?.[0] ?? '';
}

/** A command of the table with its options, arguments and subcommands. */
async function loadCommand(name: string, context: CliContext): Promise<Command | undefined> {
  const entry = context.commands.find((each) => each.name === name);
  if (entry === undefined) return undefined;
  const command = new Command(name);
  (await entry.load())(command, context);
  return command;
}

async function namesOf(
  context: CliContext,
  kind: ValueKind,
  { text, words }: { text: string; words: readonly string[] },
): Promise<Candidate[]> {
  const path = context.contextFile;
  if (kind === 'contexts') {
    const contexts = Object.entries((await readContexts(path)).contexts);
    return [...contexts.map(([value, { url }]) => ({ value, description: url })), { value: localName }];
  }
  if (kind === 'help') {
    const commands = context.commands.filter(({ hidden }) => !hidden);
    return [...commands.map(({ name, summary }) => ({ value: name, description: summary })), ...topics];
  }
  const flagAt = words.indexOf('--context');
  const flag = flagAt < 0 ? undefined : words[flagAt + 1];
  const target = await chooseTarget(await context.clientSettings(), { flag, path });
  const owner =
    target.kind === 'server' ? [target.url, target.token] : [(await context.config()).store.dataFolder];
  return findNames(kind, text, {
    open: () => connectToServer(context.config, target),
    owner: JSON.stringify(owner),
    folder: cacheFolder(context.terminal.env),
  });
}

const topics = topicNames.map((value) => ({ value, description: 'topic' }));
