import type { Command } from 'commander';
import { editRule } from '../../../operations/rules/rules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { type FieldOptions, fieldOptions, readFields } from './fields.ts';
import { ruleText } from './format.ts';

export function registerEdit(rule: Command, context: CliContext): void {
  const command = rule
    .command('edit')
    .description('change a rule; unspecified fields are unchanged')
    .argument('<name>', 'rule')
    .option('--rename <name>', 'new name')
    .option('--any <condition...>', 'empty these conditions: env, schedule, saved, branch, by, alert, to');
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEach option replaces its field as a whole.\n\nExamples:\n  matre rule edit night --on failed --quiet none\n  matre rule edit night --any schedule env',
    )
    .action(
      async (name: string, options: FieldOptions & { json?: boolean; rename?: string; any?: string[] }) => {
        const { any = [], rename, ...fields } = options;
        const empty = Object.fromEntries(any.map((each) => [each, []]));
        const unexpected = any.find(
          (each) => !['env', 'schedule', 'saved', 'branch', 'by', 'alert', 'to'].includes(each),
        );
        if (unexpected !== undefined) command.error(`error: --any takes no ${unexpected}`);
        const input = { name, rename, ...readFields({ ...fields, ...empty }) };
        const edited = await context.withCaller((caller) => caller.call(editRule, input));
        print(context, options, edited, (output) =>
          output.line(`Rule ${edited.name} was changed: ${ruleText(edited)}.`),
        );
      },
    );
}
