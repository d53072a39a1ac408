import type { Command } from 'commander';
import { reportResults } from '../../operations/reports/reports.ts';
import { showProgress } from '../../operations/runs/progress.ts';
import { type CliContext, jsonOption, parseRunId } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { describeFinished, verdictCode } from '../client/finished-runs.ts';
import { readFailures } from '../client/read-failures.ts';
import { checkReportOptions, type ReportOptions, reportOptions, writeReports } from '../client/reports.ts';
import { finishedRuns, summaryOf } from '../output/github.ts';

const helpFooter = `
Without an option the summary is printed. --json prints all attempts of all tests. Of a run that is not finished, the tests
without a result are reported as such. docs/reports.md describes each report.

Examples:
  matre report 12 13 --junit report.xml --csv results.csv
  matre report 12 --summary "$GITHUB_STEP_SUMMARY"
  matre report 12 --json | jq '.results[] | select(.flaky).test'`;

export function registerReport(command: Command, context: CliContext): void {
  command.argument('<id...>', 'numbers of the runs', (text: string, ids: number[] = []) => [
    ...ids,
    parseRunId(text),
  ]);
  for (const option of reportOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (named: number[], options: ReportOptions & { json?: boolean }) => {
      await checkReportOptions(options);
      const ids = [...new Set(named)];
      const { stdout } = context.terminal;
      await context.withCaller(async (caller) => {
        await writeReports(caller, ids, options, () => describe(caller, ids));
        if (options.json) {
          const { results } = await caller.call(reportResults, { ids: ids.join(',') });
          stdout.line(JSON.stringify({ results }, undefined, 2));
        } else if (Object.keys(options).length === 0) {
          const document = finishedRuns.parse(await describe(caller, ids));
          for (const line of summaryOf(document).trimEnd().split('\n')) stdout.line(line);
        }
      });
    });
}

async function describe(caller: Caller, ids: readonly number[]) {
  const runs = await Promise.all(ids.map((id) => caller.call(showProgress, { id })));
  const failures = await Promise.all(ids.map(async (id) => [id, await readFailures(caller, id)] as const));
  return describeFinished(runs, new Map(failures), { exitCode: verdictCode(runs, false), url: caller.url });
}
