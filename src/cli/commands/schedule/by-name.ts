import type { Command } from 'commander';
import { pauseSchedule, removeSchedule, resumeSchedule } from '../../../operations/schedules/schedules.ts';
import { registerByName } from '../../by-name-command.ts';
import type { CliContext } from '../../cli-context.ts';
import { timeText } from './format.ts';

export function registerPause(schedule: Command, context: CliContext): void {
  registerByName(schedule, context, {
    verb: 'pause',
    subject: 'schedule',
    exampleName: 'nightly',
    description: 'pause a schedule: it does not fire until it is resumed; its runs continue',
    operation: pauseSchedule,
    message: ({ name }) => `Schedule ${name} was paused.`,
  });
}

export function registerResume(schedule: Command, context: CliContext): void {
  registerByName(schedule, context, {
    verb: 'resume',
    subject: 'schedule',
    exampleName: 'nightly',
    description: 'resume a paused schedule; times during the pause are not caught up',
    operation: resumeSchedule,
    message: ({ name, next: [first], zone }) =>
      `Schedule ${name} was resumed. Next: ${first ? timeText(first, zone) : 'never'}.`,
  });
}

export function registerRemove(schedule: Command, context: CliContext): void {
  registerByName(schedule, context, {
    verb: 'remove',
    subject: 'schedule',
    exampleName: 'nightly',
    description: 'remove a schedule and its firings; its runs are kept',
    operation: removeSchedule,
    message: ({ name }) => `Schedule ${name} was removed.`,
  });
}
