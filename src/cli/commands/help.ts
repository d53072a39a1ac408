import type { Command } from 'commander';
import { describeConfig, loadConfig } from '../../config/load-config.ts';
import { Fault } from '../../faults/fault.ts';
import type { CliContext } from '../cli-context.ts';
import { topicNames } from '../topic-names.ts';
import { settingsTopic, topics } from '../topics.ts';

export function registerHelp(command: Command, context: CliContext): void {
  command
    .argument('[name...]', 'a command, or a topic')
    .addHelpText(
      'after',
      `\nTopics: ${topicNames.join(', ')}\n\nExamples:\n  matre help run\n  matre help contexts`,
    )
    .action(async (names: string[]) => {
      const [name, ...rest] = names;
      const topic = rest.length === 0 && topicNames.find((each) => each === name);
      if (topic) return context.terminal.stdout.line(topic === 'settings' ? allSettings() : topics[topic]);
      if (name !== undefined && !context.commands.some((each) => each.name === name)) {
        throw new Fault(
          'INPUT_INVALID',
          `There is no command or topic ${JSON.stringify(name)}. The topics are ${topicNames.join(', ')}.`,
        );
      }
      await (command.parent as Command).parseAsync([...names, '--help'], { from: 'user' });
    });
}

/** The settings of no file and no environment: their descriptions are the same everywhere, and cannot be invalid. */
function allSettings(): string {
  return settingsTopic(describeConfig(loadConfig({ environment: {}, file: '/dev/null' })));
}
