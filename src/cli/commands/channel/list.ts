import type { Command } from 'commander';
import type { ChannelView } from '../../../operations/channels/channel-view.ts';
import { listChannels } from '../../../operations/channels/channels.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';

export function registerList(channel: Command, context: CliContext): void {
  channel
    .command('list')
    .description('list the channels')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre channel list')
    .action(async (options) => {
      const answer = await context.withCaller((caller) => caller.call(listChannels, {}));
      print(context, options, answer, (output) => {
        const { channels } = answer;
        if (channels.length === 0) return output.line('There are no channels; see matre channel add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'Kind', text: ({ kind }) => kind },
            { heading: 'State', text: stateOf },
            { heading: 'Waiting', text: ({ waiting }) => String(waiting) },
            { heading: 'Last sent', text: ({ lastSentAt }) => (lastSentAt ? localTime(lastSentAt) : '') },
            {
              heading: 'Problem',
              text: ({ problem, lastError }) => clean(problem ?? lastError?.message ?? ''),
            },
          ],
          channels,
        );
      });
    });
}

/** `on`, `off`, `refused` (by its receiver). */
export function stateOf({ disabled, problem }: ChannelView): string {
  if (disabled) return 'off';
  return problem === null ? 'on' : 'refused';
}
