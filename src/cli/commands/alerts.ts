import type { Command } from 'commander';
import type { AlertView } from '../../operations/alerts/alert-view.ts';
import { listAlerts } from '../../operations/alerts/alerts.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { clean, localTime } from '../output/format.ts';
import type { Output } from '../output/terminal.ts';

const helpFooter = `
An alert is announced once when it begins and once when it ends, however many processes check (docs/operating.md). Its time
is when a process first noticed it. Without --open the newest come first, also those that ended.

Examples:
  matre alerts --open
  matre alerts --limit 20 --json`;

export function registerAlerts(command: Command, context: CliContext): void {
  command
    .option('--open', 'only those that have not ended, the oldest first')
    .option('--limit <number>', 'maximum number of alerts', parseWhole, 50)
    .option('--before <id>', 'only alerts before this one', parseWhole)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options) => {
      const { open, before, limit } = options;
      const request = { before, limit, ...(open === true && { open: 'true' as const }) };
      const list = await context.withCaller((caller) => caller.call(listAlerts, request));
      print(context, options, list, (output) => {
        if (list.alerts.length === 0) output.line(open ? 'No alert is open.' : 'There are no alerts yet.');
        for (const alert of list.alerts) printAlert(output, alert);
      });
    });
}

function printAlert(output: Output, alert: AlertView): void {
  const { paint } = output;
  const { id, kind, subject, message, action, url, startedAt, endedAt, endReason } = alert;
  const times =
    endedAt === null
      ? `since ${localTime(startedAt)}`
      : `${localTime(startedAt)} to ${localTime(endedAt)}: ${clean(endReason ?? '')}`;
  const head = `${id}  ${kind} ${clean(subject)}  ${times}`;
  output.line(endedAt === null ? paint.red(head) : paint.dim(head));
  output.line(`  ${clean(message)}`);
  if (endedAt !== null) return;
  output.line(paint.dim(`  ${clean(action)}`));
  if (url !== null) output.line(paint.dim(`  ${url}`));
}
