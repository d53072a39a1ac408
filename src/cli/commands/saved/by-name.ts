import type { Command } from 'commander';
import type { Operation } from '../../../operations/core/operation.ts';
import type { SavedSelectionView } from '../../../operations/saved-selections/saved-selection-view.ts';
import {
  disableSavedSelection,
  enableSavedSelection,
  removeSavedSelection,
} from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerDisable(saved: Command, context: CliContext): void {
  register(saved, context, {
    verb: 'disable',
    description: 'switch a saved selection off: nothing is submitted with it, also by schedules',
    operation: disableSavedSelection,
    message: ({ name, schedules }) =>
      `Saved selection ${name} was switched off.${
        schedules.length > 0 ? ` These schedules skip their times: ${schedules.join(', ')}.` : ''
      }`,
  });
}

export function registerEnable(saved: Command, context: CliContext): void {
  register(saved, context, {
    verb: 'enable',
    description: 'switch a saved selection on again',
    operation: enableSavedSelection,
    message: ({ name }) => `Saved selection ${name} was switched on.`,
  });
}

export function registerRemove(saved: Command, context: CliContext): void {
  register(saved, context, {
    verb: 'remove',
    description: 'remove a saved selection that no schedule uses; its runs are kept',
    operation: removeSavedSelection,
    message: ({ name }) => `Saved selection ${name} was removed.`,
  });
}

/** Registers a command whose only argument is a saved selection. */
function register(
  saved: Command,
  context: CliContext,
  command: {
    verb: string;
    description: string;
    operation: Operation<typeof removeSavedSelection.input, typeof removeSavedSelection.output>;
    message(view: SavedSelectionView): string;
  },
): void {
  const { verb, description, operation, message } = command;
  saved
    .command(verb)
    .description(description)
    .argument('<name>', 'saved selection')
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre saved ${verb} nightly`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(message(view)));
    });
}
