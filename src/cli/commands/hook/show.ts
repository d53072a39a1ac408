import type { Command } from 'commander';
import type { HookView } from '../../../operations/hooks/hook-view.ts';
import { showHook } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, durationText, localTime } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { environmentOption } from './options.ts';

export function registerShow(hook: Command, context: CliContext): void {
  hook
    .command('show')
    .description('show a hook')
    .argument('<name>', 'hook')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre hook show flush-caches -e preprod-us')
    .action(async (name: string, options) => {
      const input = { name, environment: options.env };
      const view = await context.withCaller((caller) => caller.call(showHook, input));
      print(context, options, view, (output) => printFields(output, fieldsOf(view)));
    });
}

function fieldsOf(view: HookView): [string, string][] {
  const { name, environment, moment, position, enabled, timeLimitSeconds, repeatable, changedBy, changedAt } =
    view;
  return [
    ['Hook', name],
    ['Environment', environment ?? 'all'],
    ['When', `${moment} the tests, position ${position}`],
    ['State', enabled ? 'on' : 'off'],
    ['Action', clean(view.summary)],
    ...actionFields(view.action),
    ['Time limit', durationText(timeLimitSeconds * 1_000)],
    ['When interrupted', repeatable ? 'it is started again' : 'the run is broken'],
    ['Changed', `${localTime(changedAt)} by ${clean(changedBy)}`],
  ];
}

function actionFields(action: HookView['action']): [string, string][] {
  if (action.kind === 'command') {
    const { folder, variables } = action;
    return [
      ['Folder', folder ?? 'the Magento tree'],
      ['Variables', variables.join(', ') || 'those of the run'],
    ];
  }
  const { headers, statuses, wait } = action;
  const fields: [string, string][] = [
    ...Object.entries(headers).map(([name, value]): [string, string] => [
      'Header',
      clean(`${name}: ${value}`),
    ]),
    ['Statuses', statuses?.join(', ') ?? '200 to 299'],
  ];
  if (wait === null) return fields;
  const until = wait.field === null ? '' : `, until ${wait.field} is ${wait.values.join(' or ')}`;
  return [...fields, ['Waits', clean(`every ${wait.everySeconds} s${until}`)]];
}
