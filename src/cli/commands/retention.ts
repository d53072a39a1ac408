import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { formatBytes } from '../../model/bytes.ts';
import { parseSize } from '../../model/units.ts';
import { type RetentionView, showRetention } from '../../operations/retention/retention.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { localTime, plural } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

const helpFooter = `
Processes with workers or a scheduler remove what is beyond the limits, once an hour and in small batches. This command
shows what that would be now, and removes nothing. A pinned run stays (matre pin); sums by week stay in matre trends.

Examples:
  matre retention --dry-run
  matre retention --dry-run --keep-runs 365 --max-results 5000000   # before the settings are changed`;

export function registerRetention(command: Command, context: CliContext): void {
  command
    .option('--dry-run', 'show what would be removed now')
    .option('--keep-runs <days>', 'as if MATRE_KEEP_RUNS were this many days', parseWhole)
    .option('--max-results <number>', 'as if MATRE_MAX_RESULTS were this', parseWhole)
    .option('--keep-files <days>', 'as if MATRE_KEEP_FILES were this many days', parseWhole)
    .option('--max-files <size>', 'as if MATRE_MAX_FILES were this, such as 50g', parseBytes)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options: RetentionOptions) => {
      if (options.dryRun !== true) {
        throw new Fault(
          'INPUT_INVALID',
          'Add --dry-run. Processes with workers or a scheduler remove what is beyond the limits every hour.',
        );
      }
      const plan = await context.withCaller((caller) =>
        caller.call(showRetention, {
          ...(options.keepRuns !== undefined && { keepRunsDays: options.keepRuns }),
          ...(options.maxResults !== undefined && { maxResults: options.maxResults }),
          ...(options.keepFiles !== undefined && { keepFilesDays: options.keepFiles }),
          ...(options.maxFiles !== undefined && { maxFilesBytes: options.maxFiles }),
        }),
      );
      print(context, options, plan, (output) => printPlan(output, plan));
    });
}

interface RetentionOptions {
  dryRun?: boolean;
  keepRuns?: number;
  maxResults?: number;
  keepFiles?: number;
  maxFiles?: number;
  json?: boolean;
}

function parseBytes(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size such as 50g.');
  return bytes;
}

interface Row {
  kind: string;
  total: string;
  removed: string;
  limits: string;
}

function printPlan(output: Output, plan: RetentionView): void {
  const { runs, files, audit, notes, messages } = plan;
  const rows: Row[] = [
    row('runs', runs, [ageText(runs.keepDays)]),
    row('their results', runs.results, [
      runs.maxResults === null ? undefined : `the newest ${runs.maxResults}`,
    ]),
    row('files of runs', files, [ageText(files.keepDays)]),
    {
      kind: 'their size',
      total: formatBytes(files.bytes.total),
      removed: formatBytes(files.bytes.removed),
      limits: files.maxBytes === null ? '-' : formatBytes(files.maxBytes),
    },
    row('audit entries', audit, [ageText(audit.keepDays), newestText(audit.max)]),
    row('notes of causes', notes, [ageText(notes.keepDays)]),
    row('messages', messages, [ageText(messages.keepDays), newestText(messages.max)]),
  ];
  printTable(
    output,
    [
      { heading: 'What', text: ({ kind }) => kind },
      { heading: 'Stored', text: ({ total }) => total },
      { heading: 'To be removed', text: ({ removed }) => removed },
      { heading: 'Limit', text: ({ limits }) => limits },
    ],
    rows,
  );
  // Also runs without files, which are never measured.
  if (files.maxBytes !== null && files.unmeasured > 0) {
    output.line(`The files of ${plural(files.unmeasured, 'run')} were not measured yet.`);
  }
  for (const { reason, runs: stay } of runs.stays) {
    output.line(
      `${plural(stay, 'run')} beyond the limits ${stay === 1 ? 'stays' : 'stay'}: ${reasons[reason]}.`,
    );
  }
  if (runs.first.length === 0) return;
  output.line();
  output.line(output.paint.bold('The first runs to be removed'));
  printTable(
    output,
    [
      { heading: 'Run', text: ({ id }) => String(id) },
      { heading: 'Environment', text: ({ environment }) => environment },
      { heading: 'Finished', text: ({ finishedAt }) => localTime(finishedAt) },
      { heading: 'Results', text: ({ results }) => String(results) },
      { heading: 'Files', text: ({ filesBytes }) => formatBytes(filesBytes) },
    ],
    runs.first,
  );
  const others = runs.removed - runs.first.length;
  if (others > 0) output.line(`and ${plural(others, 'other')}`);
}

const reasons: Record<RetentionView['runs']['stays'][number]['reason'], string> = {
  pinned: 'pinned',
  unfinished: 'their submission is not finished, or they were not compared yet',
  newest: 'the newest of their environment',
  baseline: 'later submissions are compared with them',
  quarantine: 'the newest failures of a quarantined test',
  note: 'the newest failure of a cause with a note',
};

function row(
  kind: string,
  { total, removed }: { total: number; removed: number },
  limits: (string | undefined)[],
): Row {
  const set = limits.filter((limit) => limit !== undefined);
  return { kind, total: String(total), removed: String(removed), limits: set.join(', ') || '-' };
}

const ageText = (days: number | null) => (days === null ? undefined : plural(days, 'day'));
const newestText = (max: number | null) => (max === null ? undefined : `the newest ${max}`);
