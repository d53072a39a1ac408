import type { Command } from 'commander';
import { showRule } from '../../../operations/rules/rules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime, ownZone } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { ruleText, timesText } from './format.ts';

export function registerShow(rule: Command, context: CliContext): void {
  rule
    .command('show')
    .description('show a rule, and what is wrong with it')
    .argument('<name>', 'rule')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre rule show night')
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(showRule, { name }));
      print(context, options, view, (output) => {
        const at = (time: string, by: string) => `${localTime(time)} ${ownZone()} by ${clean(by)}`;
        const fields: [string, string][] = [
          ['Rule', view.name],
          ['State', view.disabled ? `off since ${at(view.disabled.since, view.disabled.by)}` : 'on'],
          ['Channel', view.channel],
          [
            'Recipients',
            view.recipients.length > 0 ? clean(view.recipients.join(', ')) : 'those of the channel',
          ],
          ['Announces', ruleText(view)],
        ];
        const times = timesText(view);
        if (times !== '') fields.push(['Times', times]);
        if (view.nextDigestAt) fields.push(['Next digest', `${localTime(view.nextDigestAt)} ${ownZone()}`]);
        fields.push(['Changed', at(view.changedAt, view.changedBy)]);
        if (view.problem !== null) fields.push(['Problem', output.paint.yellow(clean(view.problem))]);
        printFields(output, fields);
      });
    });
}
