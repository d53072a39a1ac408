import type { Command } from 'commander';
import type { Operation } from '../../../operations/core/operation.ts';
import type { ScheduleView } from '../../../operations/schedules/schedule-view.ts';
import { pauseSchedule, removeSchedule, resumeSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { timeText } from './format.ts';

export function registerPause(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'pause',
    description: 'pause a schedule: it does not fire until it is resumed; its runs continue',
    operation: pauseSchedule,
    message: ({ name }) => `Schedule ${name} was paused.`,
  });
}

export function registerResume(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'resume',
    description: 'resume a paused schedule; times during the pause are not caught up',
    operation: resumeSchedule,
    message: ({ name, next: [first], zone }) =>
      `Schedule ${name} was resumed. Next: ${first ? timeText(first, zone) : 'never'}.`,
  });
}

export function registerRemove(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'remove',
    description: 'remove a schedule and its firings; its runs are kept',
    operation: removeSchedule,
    message: ({ name }) => `Schedule ${name} was removed.`,
  });
}

/** Registers a command whose only argument is a schedule. */
function register(
  schedule: Command,
  context: CliContext,
  command: {
    verb: string;
    description: string;
    operation: Operation<typeof pauseSchedule.input, typeof pauseSchedule.output>;
    message(view: ScheduleView): string;
  },
): void {
  const { verb, description, operation, message } = command;
  schedule
    .command(verb)
    .description(description)
    .argument('<name>', 'schedule')
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre schedule ${verb} nightly`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(message(view)));
    });
}
