import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { runPhases, runStates, verdicts } from '../../model/run.ts';
import type { RunView } from '../../operations/core/views.ts';
import { listRuns } from '../../operations/runs/list-runs.ts';
import { type CliContext, jsonOption, parseRunId, parseWhole, print } from '../cli-context.ts';
import { ago, clean, colourOf, statusText, tally, tookText } from '../output/format.ts';
import { type Column, printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';
import { parseSince } from '../since.ts';

const helpFooter = `
What the list shows is what its filters take: the words of STATE, an environment, the time of QUEUED, and BY.
Times are those of this machine: 2h, 3d, 2026-11-20, "2026-11-20 13:04", or "2 h 10 min ago" as the list has it.

Examples:
  matre list -e preprod-us --state queued
  matre list --verdict failed --since 2026-11-20 --by "schedule nightly"
  matre list --test StorefrontCheckoutTest --since 3d`;

export function registerList(command: Command, context: CliContext): void {
  command
    .option('-e, --env <code>', 'only runs on this environment')
    .addOption(
      new Option('--state <state>', 'only runs in this state: any word of the column STATE').choices(
        stateWords,
      ),
    )
    .addOption(new Option('--verdict <verdict>', 'only finished runs with this verdict').choices(verdicts))
    .option('-t, --test <name>', 'only runs with a result of this test (Suite:Test: in this suite)')
    .option('--since <time>', 'only runs that were queued at this time or later', (text) => parseSince(text))
    .option('--by <name>', 'only runs that this user, token or schedule submitted')
    .option('-n, --limit <number>', 'maximum number of runs', parseWhole, 20)
    .option('--before <id>', 'only runs before this one: the next page', parseRunId)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options: ListOptions) => {
      checkVerdict(options);
      const list = await context.withCaller((caller) => caller.call(listRuns, filterOf(options)));
      print(context, options, list, (output) => {
        const isFiltered = Object.keys(filterOf(options)).some((name) => name !== 'limit');
        printRuns(output, list.runs, isFiltered ? 'No runs match these filters.' : undefined);
        if (list.next !== null) output.line(output.paint.dim(`There are more: add --before ${list.next}`));
      });
    });
}

interface ListOptions {
  env?: string;
  state?: string;
  verdict?: (typeof verdicts)[number];
  test?: string;
  since?: Date;
  by?: string;
  limit: number;
  before?: number;
  json?: boolean;
}

type ListInput = z.input<typeof listRuns.input>;
type StateFilter = Pick<ListInput, 'state' | 'phase' | 'verdict'>;

/** The words of the column STATE: a state, a phase or a verdict; see `statusText`. */
const stateWords = [...runStates, ...runPhases, 'cancelling', ...verdicts];

function stateFilter(word: string): StateFilter {
  const find = <Word extends string>(words: readonly Word[]) => words.find((each) => each === word);
  const state = find(runStates);
  if (state) return { state };
  const verdict = find(verdicts);
  if (verdict) return { verdict };
  const phase = find([...runPhases, 'cancelling'] as const);
  return phase ? { phase } : {};
}

/** Both options can name a verdict: one would replace the other without a word. Errors: INPUT_INVALID. */
function checkVerdict({ state, verdict }: ListOptions): void {
  if (verdict === undefined || state === undefined) return;
  const other = stateFilter(state).verdict ?? verdict;
  if (other === verdict) return;
  throw new Fault('INPUT_INVALID', `No run has two verdicts: --state ${state}, --verdict ${verdict}.`);
}

function filterOf({ env, state, verdict, test, since, by, limit, before }: ListOptions): ListInput {
  return {
    limit,
    ...(state !== undefined && stateFilter(state)),
    ...(env !== undefined && { environment: env }),
    ...(verdict !== undefined && { verdict }),
    ...(test !== undefined && { test }),
    ...(since !== undefined && { since: since.toISOString() }),
    ...(by !== undefined && { requestedBy: by }),
    ...(before !== undefined && { before }),
  };
}

/** Prints runs as a table, and why queued ones wait. */
export function printRuns(
  output: Output,
  runs: readonly RunView[],
  emptyMessage: string = 'There are no runs.',
): void {
  if (runs.length === 0) {
    output.line(emptyMessage);
    return;
  }
  const columns: Column<RunView>[] = [
    { heading: 'Run', text: ({ id }) => String(id) },
    { heading: 'Environment', text: ({ environment }) => environment, truncate: 'middle' },
    {
      heading: 'State',
      text: statusText,
      colour: (text, run) => colourOf(output.paint, statusText(run), text),
    },
    { heading: 'Tests', text: ({ counts }) => tally(counts) },
    { heading: 'Queued', text: ({ queuedAt }) => ago(queuedAt) },
    { heading: 'Took', text: (run) => tookText(run) },
    { heading: 'By', text: ({ requestedBy }) => requestedBy, truncate: 'middle' },
    { heading: 'Selection', text: ({ summary }) => summary, isOptional: true },
  ];
  printTable(output, columns, runs);
  const reasons = new Set(runs.flatMap(({ waitsFor }) => (waitsFor === null ? [] : [waitsFor.message])));
  for (const message of reasons) output.line(`Queued runs wait: ${clean(message)}`);
}
