import type { Command } from 'commander';
import { dayMs } from '../../model/duration.ts';
import { showTrends } from '../../operations/trends/trends.ts';
import type { DayTrend, TestTrendView, TrendsView } from '../../operations/trends/trends-view.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { durationText, plural } from '../output/format.ts';
import { type Column, printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

export function registerTrends(command: Command, context: CliContext): void {
  command
    .option('-e, --env <code>', 'only results on this environment')
    .option('-g, --group <name>', 'only tests of this group')
    .option('--module <name>', 'only tests of this Magento module')
    .option('--days <number>', 'number of days until today (UTC)', parseWhole, 56)
    .option('-n, --limit <number>', 'number of tests in each list, at most 20', parseWhole, 5)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints weeks, then the slowest tests, those whose duration grew most (last quarter of the time with results against the
first), those that took the most time in total, and those that did not fail in 90 days.

Examples:
  matre trends -e preprod-us --days 28
  matre trends --module Magento_Checkout --json`,
    )
    .action(async (options: TrendsOptions) => {
      const { env: environment, group, module, days } = options;
      const trends = await context.withCaller((caller) =>
        caller.call(showTrends, { environment, group, module, days }),
      );
      print(context, options, trends, (output) => printTrends(output, trends, options));
    });
}

interface TrendsOptions {
  env?: string;
  group?: string;
  module?: string;
  days: number;
  limit: number;
  json?: boolean;
}

function printTrends(output: Output, trends: TrendsView, { limit, group, module }: TrendsOptions): void {
  if (trends.days.length === 0) {
    output.line(`No run finished since ${trends.since}.`);
    return;
  }
  printTable(output, weekColumns(group !== undefined || module !== undefined), weeksOf(trends.days));
  const { slowest, grown, costliest, neverFailed } = trends;
  const list = (title: string, tests: readonly TestTrendView[], columns: Column<TestTrendView>[]) => {
    output.line();
    output.line(output.paint.bold(title));
    if (tests.length === 0) output.line('none');
    else printTable(output, [testColumn, ...columns], tests.slice(0, limit));
  };
  list('Slowest tests', slowest, [mean, executions]);
  list('Largest growth', grown, growth);
  list('Most time in total', costliest, [sum, executions]);
  const cost = `${plural(neverFailed.tests, 'test')}, ${durationText(neverFailed.totalMs)} together`;
  list(`No failure in ${neverFailed.days} days: ${cost}`, neverFailed.costliest, [sum, executions]);
}

/** The days of a week, from Monday. */
interface Week {
  monday: string;
  days: DayTrend[];
}

function weeksOf(days: readonly DayTrend[]): Week[] {
  const weeks = new Map<string, Week>();
  for (const day of days) {
    const at = new Date(day.day);
    const sinceMonday = (at.getUTCDay() + 6) % 7;
    const monday = new Date(at.getTime() - sinceMonday * dayMs).toISOString().slice(0, 10);
    const week = weeks.get(monday) ?? { monday, days: [] };
    week.days.push(day);
    weeks.set(monday, week);
  }
  return [...weeks.values()];
}

const weekColumns = (ofTests: boolean): Column<Week>[] => [
  { heading: 'Week of', text: ({ monday }) => monday },
  { heading: 'Runs', text: ({ days }) => String(total(days, 'runs')) },
  { heading: 'Pass rate', text: ({ days }) => shareText(total(days, 'passed'), executionsOf(days)) },
  { heading: 'Flaky', text: ({ days }) => shareText(total(days, 'flaky'), executionsOf(days)) },
  { heading: 'Failed', text: ({ days }) => String(total(days, 'failed')) },
  { heading: 'Broken', text: ({ days }) => String(total(days, 'broken')) },
  ofTests
    ? {
        heading: 'Test takes',
        text: ({ days }) => meanText(days, 'testMs', ({ passed, failed }) => passed + failed),
      }
    : { heading: 'Run takes', text: ({ days }) => meanText(days, 'durationMs', ({ runs }) => runs) },
  { heading: 'Waits', text: ({ days }) => meanText(days, 'waitingMs', ({ runs }) => runs) },
];

type Count = 'runs' | 'passed' | 'failed' | 'broken' | 'flaky';
const total = (days: readonly DayTrend[], count: Count) => days.reduce((sum, day) => sum + day[count], 0);
const executionsOf = (days: readonly DayTrend[]) => total(days, 'passed') + total(days, 'failed');
const shareText = (part: number, all: number) => (all === 0 ? '' : `${((part / all) * 100).toFixed(1)}%`);

/** The mean of the means of days, each with its weight. */
function meanText(
  days: readonly DayTrend[],
  figure: 'durationMs' | 'waitingMs' | 'testMs',
  weightOf: (day: DayTrend) => number,
): string {
  const weight = days.reduce((all, day) => all + weightOf(day), 0);
  const weighted = days.reduce((all, day) => all + (day[figure] ?? 0) * weightOf(day), 0);
  return weight === 0 ? '' : durationText(weighted / weight);
}

const testColumn: Column<TestTrendView> = {
  heading: 'Test',
  text: ({ test, suite }) => (suite === null ? test : `${suite}:${test}`),
  truncate: 'middle',
};
const mean: Column<TestTrendView> = { heading: 'Mean', text: ({ meanMs }) => durationText(meanMs) };
const sum: Column<TestTrendView> = { heading: 'Sum', text: ({ totalMs }) => durationText(totalMs) };
const executions: Column<TestTrendView> = {
  heading: 'Executions',
  text: (test) => String(test.executions),
};
const growth: Column<TestTrendView>[] = [
  { heading: 'Before', text: ({ beforeMs }) => (beforeMs === null ? '' : durationText(beforeMs)) },
  { heading: 'Now', text: ({ afterMs }) => (afterMs === null ? '' : durationText(afterMs)) },
  {
    heading: 'Growth',
    text: ({ beforeMs, afterMs }) =>
      beforeMs === null || afterMs === null ? '' : `+${Math.round((afterMs / beforeMs - 1) * 100)}%`,
  },
];
