import type { Command } from 'commander';
import { listRules } from '../../../operations/rules/rules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import { ruleText, timesText } from './format.ts';

export function registerList(rule: Command, context: CliContext): void {
  rule
    .command('list')
    .description('list the rules')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre rule list')
    .action(async (options) => {
      const answer = await context.withCaller((caller) => caller.call(listRules, {}));
      print(context, options, answer, (output) => {
        const { rules } = answer;
        if (rules.length === 0) return output.line('There are no rules; see matre rule add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            {
              heading: 'State',
              text: ({ disabled, problem }) => (disabled ? 'off' : problem ? 'problem' : 'on'),
            },
            { heading: 'Channel', text: ({ channel }) => channel },
            { heading: 'Recipients', text: ({ recipients }) => clean(recipients.join(', ')) },
            { heading: 'Announces', text: ruleText },
            { heading: 'Times', text: timesText },
          ],
          rules,
        );
        for (const { name, problem } of rules) {
          if (problem) output.line(output.paint.yellow(`${name}: ${clean(problem)}`));
        }
      });
    });
}
