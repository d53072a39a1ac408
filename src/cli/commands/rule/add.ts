import type { Command } from 'commander';
import { addRule } from '../../../operations/rules/rules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { type FieldOptions, fieldOptions, readFields } from './fields.ts';
import { ruleText } from './format.ts';

export function registerAdd(rule: Command, context: CliContext): void {
  const command = rule
    .command('add')
    .description('announce submissions or alerts on a channel')
    .argument('<name>', 'unique: letters, digits, blanks, . _ and -');
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre rule add night --channel qa --on failed,broken --schedule nightly --quiet 22:00-07:00 --zone Europe/Berlin' +
        '\n  matre rule add checkout --channel qa --on changed -e "preprod-*"' +
        '\n  matre rule add week --channel mail --to qa@example.com --digest weekly@mon@08:00' +
        '\n  matre rule add operators --channel ops --on alert',
    )
    .action(async (name: string, options: FieldOptions & { json?: boolean }) => {
      const { channel, occasions, ...fields } = readFields(options);
      if (channel === undefined) return command.error('error: --channel is missing: where its messages go');
      if (occasions === undefined)
        return command.error('error: --on is missing: when it announces something');
      const input = { name, channel, occasions, ...fields };
      const added = await context.withCaller((caller) => caller.call(addRule, input));
      print(context, options, added, (output) =>
        output.line(
          `Rule ${added.name} was added: ${ruleText(added)}. What it would have sent: matre rule try ${JSON.stringify(added.name)}`,
        ),
      );
    });
}
