import type { Command } from 'commander';
import { Option } from 'commander';
import { runStates } from '../../model/run.ts';
import { summariseSelection } from '../../model/selection.ts';
import type { RunView } from '../../operations/core/views.ts';
import { listRuns } from '../../operations/runs/runs.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { ago, clean, colourOf, statusText, tally } from '../output/format.ts';
import { type Column, printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

export function registerList(command: Command, context: CliContext): void {
  command
    .option('-e, --env <code>', 'only runs on this environment')
    .addOption(new Option('--state <state>', 'only runs in this state').choices(runStates))
    .option('-n, --limit <number>', 'maximum number of runs', parseWhole, 20)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre list -e preprod-us --state queued')
    .action(async (options) => {
      const { env: environment, state, limit } = options;
      const list = await context.withCaller((caller) => caller.call(listRuns, { environment, state, limit }));
      print(context, options, list, (output) => printRuns(output, list.runs));
    });
}

/** Prints runs as a table, and why queued ones wait. */
export function printRuns(output: Output, runs: readonly RunView[]): void {
  if (runs.length === 0) {
    output.line('There are no runs.');
    return;
  }
  const columns: Column<RunView>[] = [
    { heading: 'Run', text: ({ id }) => String(id) },
    { heading: 'Environment', text: ({ environment }) => environment },
    {
      heading: 'State',
      text: statusText,
      colour: (text, run) => colourOf(output.paint, statusText(run), text),
    },
    { heading: 'Tests', text: ({ counts }) => tally(counts) },
    { heading: 'Queued', text: ({ queuedAt }) => ago(queuedAt) },
    { heading: 'By', text: ({ requestedBy }) => requestedBy },
    { heading: 'Selection', text: ({ selection }) => summariseSelection(selection) },
  ];
  printTable(output, columns, runs);
  const reasons = new Set(runs.flatMap(({ waitsFor }) => (waitsFor === null ? [] : [waitsFor.message])));
  for (const message of reasons) output.line(`Queued runs wait: ${clean(message)}`);
}
