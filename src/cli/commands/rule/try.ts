import type { Command } from 'commander';
import { tryRule } from '../../../operations/rules/try-rule.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime, plural } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import { parseSince } from '../../since.ts';
import { type FieldOptions, fieldOptions, readFields } from './fields.ts';

export function registerTry(rule: Command, context: CliContext): void {
  const command = rule
    .command('try')
    .description('show what a rule would have sent for past submissions and alerts; sends nothing')
    .argument('[name]', 'rule; without it, the options describe one')
    .option('--since <time>', 'from this time on: 7d, or 2026-11-20; at most 31 days', (text) =>
      parseSince(text),
    );
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre rule try night --since 14d\n  matre rule try --channel qa --on changed,flaky -e "preprod-*"',
    )
    .action(async (name: string | undefined, options: FieldOptions & { json?: boolean; since?: Date }) => {
      const input = { name, since: options.since?.toISOString(), ...readFields(options) };
      const answer = await context.withCaller((caller) => caller.call(tryRule, input));
      print(context, options, answer, (output) => {
        const { messages, notSent, submissions, alerts, more } = answer;
        const tried = [
          `${plural(submissions, 'submission')}${more > 0 ? ` (${more} older ones were not tried)` : ''}`,
          ...(alerts > 0 ? [plural(alerts, 'alert notice')] : []),
        ];
        output.line(`${plural(messages.length, 'message')} for ${tried.join(' and ')}.`);
        if (messages.length > 0) {
          printTable(
            output,
            [
              { heading: 'Sent', text: ({ dueAt }) => localTime(dueAt) },
              { heading: 'To', text: ({ channel, recipient }) => clean(recipient ?? channel) },
              {
                heading: 'Message',
                text: ({ purpose, headline }) =>
                  clean(purpose === 'post' ? headline : `${purpose}: ${headline}`),
              },
              { heading: 'Reason', text: ({ reason }) => clean(reason) },
            ],
            messages,
          );
        }
        for (const { reason, count } of notSent) output.line(`Not sent ${count}×: ${clean(reason)}`);
      });
    });
}
