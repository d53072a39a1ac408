import type { Command } from 'commander';
import type { Operation } from '../../../operations/core/operation.ts';
import type { ScheduleView } from '../../../operations/schedules/schedule-view.ts';
import { pauseSchedule, removeSchedule, resumeSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { timeText } from './format.ts';

export function registerPause(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'pause',
    does: 'fire no more until it is resumed; its runs go on',
    operation: pauseSchedule,
    said: ({ name }) => `Schedule ${name} is paused.`,
  });
}

export function registerResume(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'resume',
    does: 'fire again; times during the pause are not caught up',
    operation: resumeSchedule,
    said: ({ name, next: [first], zone }) =>
      `Schedule ${name} is active. Next: ${first ? timeText(first, zone) : 'never'}.`,
  });
}

export function registerRemove(schedule: Command, context: CliContext): void {
  register(schedule, context, {
    verb: 'remove',
    does: 'remove a schedule with the record of its times; its runs stay',
    operation: removeSchedule,
    said: ({ name }) => `Schedule ${name} was removed.`,
  });
}

/** A command that takes a schedule and nothing else. */
function register(
  schedule: Command,
  context: CliContext,
  command: {
    verb: string;
    does: string;
    operation: Operation<typeof pauseSchedule.input, typeof pauseSchedule.output>;
    said(view: ScheduleView): string;
  },
): void {
  const { verb, does, operation, said } = command;
  schedule
    .command(verb)
    .description(does)
    .argument('<name>', 'schedule')
    .addOption(jsonOption())
    .addHelpText('after', `\nExample:\n  matre schedule ${verb} nightly`)
    .action(async (name: string, options) => {
      const view = await context.withCaller((caller) => caller.call(operation, { name }));
      print(context, options, view, (output) => output.line(said(view)));
    });
}
