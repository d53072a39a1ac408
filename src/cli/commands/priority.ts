import { type Command, InvalidArgumentError, Option } from 'commander';
import { showProgress } from '../../operations/runs/progress.ts';
import { prioritiseRun } from '../../operations/runs/runs.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';

export function registerPriority(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .argument('[priority]', 'higher starts earlier; the default is 0', parsePriority)
    .addOption(new Option('--front', 'ahead of all runs that are queued there now'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  matre priority 12 --front\n  matre priority 12 5')
    .action(
      async (id: number, priority: number | undefined, options: { front?: boolean; json?: boolean }) => {
        const { run, position } = await context.withCaller(async (caller) => {
          await caller.call(prioritiseRun, {
            id,
            front: options.front ?? false,
            ...(priority !== undefined && { priority }),
          });
          return caller.call(showProgress, { id });
        });
        print(context, options, run, (output) => {
          const place = position === null ? 'it starts now' : `it is number ${position} in its queue`;
          output.line(`Run ${id} on ${run.environment} has priority ${run.priority} now; ${place}.`);
        });
      },
    );
}

function parsePriority(text: string): number {
  if (/^-?\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from -1000 to 1000.');
}
