import { Command } from 'commander';
import type { CliContext } from './cli-context.ts';
import { commandGroups, commandTable } from './command-table.ts';
import { exitCodeOf, exitCodes, printFailure, printUsageError } from './exit-codes.ts';
import type { Terminal } from './output/terminal.ts';
import { topicNames } from './topic-names.ts';
import { version } from './version.ts';

const helpFooter = `
Commands use the server of --context, of MATRE_URL, or of the current context (\`matre context\`); without any of
them the server that runs on the data folder, or the data folder itself. Settings come from the environment or from
matre.env; \`matre config\` shows them. \`matre help TOPIC\` explains: ${topicNames.join(', ')}.`;

/** The command of a command line with its subcommand, after options of the program; `undefined` when it is unknown. */
function usedCommand(program: Command, argv: readonly string[]): string | undefined {
  const place = argv.findIndex(
    (word, index) => !word.startsWith('-') && argv[index - 1] !== '--context' && isCommand(word),
  );
  const [name, next] = place === -1 ? [] : argv.slice(place);
  // The help of a command with subcommands does not have their options.
  const subcommand = program.commands
    .find((each) => each.name() === name)
    ?.commands.find((each) => each.name() === next);
  return subcommand ? `${name} ${subcommand.name()}` : name;
}
const isCommand = (word: string) => commandTable.some(({ name }) => name === word);

/** Runs one command line and returns the exit code. Never rejects. */
export async function runCommand(argv: string[], terminal: Terminal): Promise<number> {
  let context: CliContext | undefined;
  const program = new Command('matre')
    .description('Runs Magento functional tests (MFTF) on many Magento environments in parallel.')
    .version(version(), '--version')
    .option('--context <name>', 'use the server of a context; `local` is the data folder')
    .helpCommand(false)
    .addHelpText('after', helpFooter)
    .configureOutput({
      writeOut: (text) => void terminal.stdout.stream.write(text),
      writeErr: (text) => void terminal.stderr.stream.write(text),
      outputError: (text) => printUsageError(terminal.stderr, text, usedCommand(program, argv)),
    })
    // Throws instead of ending the process. The commands inherit it.
    .exitOverride();
  for (const { title, commands } of commandGroups) {
    program.commandsGroup(`${title}:`);
    for (const { name, summary, hidden = false } of commands)
      program.command(name, { hidden }).description(summary);
  }
  program.hook('preSubcommand', async (_program, command) => {
    const entry = commandTable.find(({ name }) => name === command.name());
    if (entry === undefined) return;
    // The settings of the context take longer to load than the help.
    const { createCliContext } = await import('./cli-context.ts');
    context ??= createCliContext(terminal, {
      contextName: program.opts<{ context?: string }>().context,
      commands: commandTable,
    });
    (await entry.load())(command, context);
  });
  try {
    // Without a command matre prints its help, which is not an error: standard output, exit code 0.
    await program.parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
    return context?.exitCode ?? exitCodes.passed;
  } catch (error) {
    printFailure(terminal.stderr, error, context);
    return exitCodeOf(error);
  }
}
