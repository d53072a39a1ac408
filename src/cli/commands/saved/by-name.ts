import type { Command } from 'commander';
import {
  disableSavedSelection,
  enableSavedSelection,
  removeSavedSelection,
} from '../../../operations/saved-selections/saved-selections.ts';
import { registerByName } from '../../by-name-command.ts';
import type { CliContext } from '../../cli-context.ts';

export function registerDisable(saved: Command, context: CliContext): void {
  registerByName(saved, context, {
    verb: 'disable',
    subject: 'saved selection',
    exampleName: 'nightly',
    description: 'switch a saved selection off: nothing is submitted with it, also by schedules',
    operation: disableSavedSelection,
    message: ({ name, schedules }) =>
      `Saved selection ${name} was switched off.${
        schedules.length > 0 ? ` These schedules skip their times: ${schedules.join(', ')}.` : ''
      }`,
  });
}

export function registerEnable(saved: Command, context: CliContext): void {
  registerByName(saved, context, {
    verb: 'enable',
    subject: 'saved selection',
    exampleName: 'nightly',
    description: 'switch a saved selection on again',
    operation: enableSavedSelection,
    message: ({ name }) => `Saved selection ${name} was switched on.`,
  });
}

export function registerRemove(saved: Command, context: CliContext): void {
  registerByName(saved, context, {
    verb: 'remove',
    subject: 'saved selection',
    exampleName: 'nightly',
    description: 'remove a saved selection that no schedule uses; its runs are kept',
    operation: removeSavedSelection,
    message: ({ name }) => `Saved selection ${name} was removed.`,
  });
}
