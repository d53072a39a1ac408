import type { Command } from 'commander';
import type { ChannelView } from '../../../operations/channels/channel-view.ts';
import { disableChannel, enableChannel, removeChannel } from '../../../operations/channels/channels.ts';
import type { Operation } from '../../../operations/core/operation.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerDisable(channel: Command, context: CliContext): void {
  register(channel, context, {
    verb: 'disable',
    description: 'switch a channel off: messages wait, for a day, until it is on again',
    operation: disableChannel,
    message: ({ name }) => `Channel ${name} was switched off.`,
  });
}

export function registerEnable(channel: Command, context: CliContext): void {
  register(channel, context, {
    verb: 'enable',
    description: 'switch a channel on again',
    operation: enableChannel,
    message: ({ name }) => `Channel ${name} was switched on.`,
  });
}

export function registerRemove(channel: Command, context: CliContext): void {
  register(channel, context, {
    verb: 'remove',
    description: 'remove a channel with its rules and subscriptions; messages that wait are dropped',
    operation: removeChannel,
    message: ({ name }) => `Channel ${name} was removed.`,
  });
}

/** Registers a command whose only argument is a channel. */
function register(
  channel: Command,
  context: CliContext,
  command: {
    verb: string;
    description: string;
    operation: Operation<typeof removeChannel.input, typeof removeChannel.output>;
    message(view: ChannelView): string;
  },
): void {
  const { verb, description, operation, message } = command;
  channel
    .command(verb)
    .description(description)
    .argument('<name>', 'channel')
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre channel ${verb} qa`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(message(view)));
    });
}
