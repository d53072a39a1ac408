import type { Command } from 'commander';
import { describeRunOptions } from '../../../model/run-options.ts';
import { describeSelection } from '../../../model/selection.ts';
import { showSavedSelection } from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime, ownZone } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { environmentsText } from './format.ts';

export function registerShow(saved: Command, context: CliContext): void {
  saved
    .command('show')
    .description('show a saved selection, and what is wrong with it')
    .argument('<name>', 'saved selection')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre saved show nightly')
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(showSavedSelection, { name }));
      print(context, options, view, (output) => {
        const { disabled, selection, tests, priority, problem, schedules, appliedFrom } = view;
        const { retryFailed, failedFirst, maxFailures } = view.options;
        const rules = describeRunOptions({
          retryFailed: retryFailed ?? undefined,
          failedFirst,
          maxFailures: maxFailures ?? undefined,
        });
        const at = (time: string, by: string) => `${localTime(time)} ${ownZone()} by ${clean(by)}`;
        const fields: [string, string][] = [
          ['Saved selection', view.name],
          ['State', disabled ? `off since ${at(disabled.since, disabled.by)}` : 'on'],
          ['Selection', clean(describeSelection(selection))],
          ['Tests now', tests === null ? 'unknown' : String(tests)],
          ['Environments', environmentsText(view)],
          ['Changed', at(view.changedAt, view.changedBy)],
        ];
        if (view.description !== '') fields.splice(1, 0, ['Description', clean(view.description)]);
        if (priority !== 0) fields.push(['Priority', String(priority)]);
        if (rules !== '') fields.push(['Failed tests', rules]);
        if (schedules.length > 0) fields.push(['Schedules', schedules.join(', ')]);
        if (appliedFrom !== null) fields.push(['Applied from', clean(appliedFrom)]);
        if (problem !== null) fields.push(['Problem', output.paint.yellow(clean(problem))]);
        printFields(output, fields);
      });
    });
}
