import type { Command } from 'commander';
import { disableChannel, enableChannel, removeChannel } from '../../../operations/channels/channels.ts';
import { registerByName } from '../../by-name-command.ts';
import type { CliContext } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';

export function registerDisable(channel: Command, context: CliContext): void {
  registerByName(channel, context, {
    verb: 'disable',
    subject: 'channel',
    exampleName: 'qa',
    description: 'switch a channel off: messages wait, for a day, until it is on again',
    operation: disableChannel,
    message: ({ name }) => `Channel ${name} was switched off.`,
  });
}

export function registerEnable(channel: Command, context: CliContext): void {
  registerByName(channel, context, {
    verb: 'enable',
    subject: 'channel',
    exampleName: 'qa',
    description: 'switch a channel on again',
    operation: enableChannel,
    message: ({ name }) => `Channel ${name} was switched on.`,
  });
}

export function registerRemove(channel: Command, context: CliContext): void {
  registerByName(channel, context, {
    verb: 'remove',
    subject: 'channel',
    exampleName: 'qa',
    description: 'remove a channel with its rules and subscriptions; messages that wait are dropped',
    operation: removeChannel,
    message({ name, removedRules, removedSubscriptions }) {
      const others = [
        ...removedRules.map((rule) => `rule ${rule}`),
        ...(removedSubscriptions > 0 ? [plural(removedSubscriptions, 'subscription')] : []),
      ];
      return `Channel ${name} was removed${others.length > 0 ? `, and ${clean(others.join(', '))}` : ''}.`;
    },
  });
}
