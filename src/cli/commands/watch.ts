import type { Command } from 'commander';
import { type CliContext, jsonOption, parseRunId } from '../cli-context.ts';
import { checkWatchOptions, failOnFlakyOption, followRuns } from '../client/follow.ts';
import { reportOptions } from '../client/reports.ts';

const helpFooter = `
The exit code is the worst verdict, as of \`matre run --watch\`.

Example:
  matre watch 12 13 --junit report.xml`;

export function registerWatch(command: Command, context: CliContext): void {
  command.argument('<id...>', 'numbers of the runs', (text: string, ids: number[] = []) => [
    ...ids,
    parseRunId(text),
  ]);
  for (const option of reportOptions('when all runs are finished: ')) command.addOption(option);
  command
    .addOption(failOnFlakyOption())
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (ids: number[], options) => {
      const watching = { ...options, watch: true };
      await checkWatchOptions(watching);
      await context.withCaller((caller) => followRuns(context, caller, [...new Set(ids)], watching));
    });
}
