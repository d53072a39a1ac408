import type { Command } from 'commander';
import type { ChannelView } from '../../../operations/channels/channel-view.ts';
import { showChannel } from '../../../operations/channels/channels.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime, ownZone } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { stateOf } from './list.ts';

export function registerShow(channel: Command, context: CliContext): void {
  channel
    .command('show')
    .description('show a channel, and what its receiver said last; secrets are never shown')
    .argument('<name>', 'channel')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre channel show qa')
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(showChannel, { name }));
      print(context, options, view, (output) => {
        const { disabled, settings, secrets, personal, waiting, lastSentAt, lastError, problem } = view;
        const at = (time: string, by?: string) =>
          `${localTime(time)} ${ownZone()}${by === undefined ? '' : ` by ${clean(by)}`}`;
        const fields: [string, string][] = [
          ['Channel', view.name],
          ['Kind', view.kind],
          ['State', disabled ? `off since ${at(disabled.since, disabled.by)}` : stateOf(view)],
          ...Object.entries(settings).map(([field, value]): [string, string] => [field, valueText(value)]),
          ...Object.entries(secrets).map(([field, isSet]): [string, string] => [
            field,
            isSet ? 'stored' : 'not set',
          ]),
          ['Subscriptions', personal ? 'users may subscribe' : 'no'],
          ['Waiting', String(waiting)],
          ['Last sent', lastSentAt ? at(lastSentAt) : 'never'],
          ['Changed', at(view.changedAt, view.changedBy)],
        ];
        if (view.blockedUntil) fields.push(['Waits until', at(view.blockedUntil)]);
        if (lastError) fields.push(['Last error', `${clean(lastError.message)} (${at(lastError.at)})`]);
        if (problem) fields.push(['Problem', output.paint.yellow(clean(problem))]);
        printFields(output, fields);
      });
    });
}

function valueText(value: ChannelView['settings'][string]): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  const [first = '', ...rest] = text.trim().split('\n');
  return clean(rest.length > 0 ? `${first} ... (${rest.length + 1} lines)` : first);
}
