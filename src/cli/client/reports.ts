import { access, appendFile, constants, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Option } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { reportAllure, reportCsv, reportJunit } from '../../operations/reports/reports.ts';
import { type JunitDialect, junitDialects } from '../../report/junit.ts';
import { finishedRuns, summaryOf } from '../output/github.ts';
import { writeReport } from '../output/write-report.ts';
import type { Caller } from './caller.ts';
import type { describeFinished } from './finished-runs.ts';

/** The reports that a command writes: the path of each. */
export interface ReportOptions {
  junit?: string;
  junitDialect?: JunitDialect;
  csv?: string;
  summary?: string;
  allure?: string;
  allureReport?: string;
}

/** `place` begins each description: when the reports are written. */
export const reportOptions = (place = '') => [
  new Option('--junit <file>', `${place}write a JUnit report`),
  new Option(
    '--junit-dialect <dialect>',
    'of the JUnit report; xunit: for the xUnit plugin of Jenkins',
  ).choices(junitDialects),
  new Option('--csv <file>', `${place}write the results as CSV, for a spreadsheet`),
  new Option('--summary <file>', `${place}append a summary in Markdown`),
  new Option(
    '--allure-report <folder>',
    `${place}write the page of Allure there, with screenshots and history`,
  ),
  new Option('--allure <folder>', `${place}write result files for Allure there`),
];

/** Checks where reports are written before anything is submitted, so that none is lost after an hour of tests. Errors: INPUT_INVALID. */
export async function checkReportOptions(options: ReportOptions): Promise<void> {
  const { junit, csv, summary, allure, allureReport } = options;
  for (const [flag, file] of Object.entries({ '--junit': junit, '--csv': csv, '--summary': summary })) {
    if (file === undefined) continue;
    await access(dirname(resolve(file)), constants.W_OK).catch((cause) => {
      const reason = 'the folder does not exist or is not writable';
      throw new Fault('INPUT_INVALID', `${flag} ${file}: ${reason}.`, { cause });
    });
  }
  if (allureReport !== undefined) {
    const { checkAllureFolder } = await import('./allure-page.ts');
    await checkAllureFolder('--allure-report', allureReport);
  }
  if (allure === undefined) return;
  try {
    await mkdir(allure, { recursive: true });
    await access(allure, constants.W_OK);
  } catch (cause) {
    const reason = 'the folder cannot be made or is not writable';
    throw new Fault('INPUT_INVALID', `--allure ${allure}: ${reason}.`, { cause });
  }
}

/** Writes the reports of finished runs. `describe` is called for a summary. Errors: INPUT_INVALID, and those of the caller. */
export async function writeReports(
  caller: Caller,
  ids: readonly number[],
  { junit, junitDialect: dialect, csv, summary, allure, allureReport }: ReportOptions,
  describe: () => ReturnType<typeof describeFinished> | Promise<ReturnType<typeof describeFinished>>,
): Promise<void> {
  const input = { ids: ids.join(',') };
  if (junit !== undefined) {
    await writeReport(junit, (await caller.call(reportJunit, { ...input, dialect })).xml);
  }
  if (csv !== undefined) await writeReport(csv, (await caller.call(reportCsv, input)).csv);
  if (summary !== undefined) {
    await writeReport(summary, summaryOf(finishedRuns.parse(await describe())), appendFile);
  }
  if (allure !== undefined) {
    const { results } = await caller.call(reportAllure, input);
    for (const { attachments: _attachments, ...result } of results) {
      await writeReport(join(allure, `${result.uuid}-result.json`), JSON.stringify(result));
    }
  }
  // Last, because it is the only one that needs a package which may be missing.
  if (allureReport !== undefined) {
    const { writeAllurePage } = await import('./allure-page.ts');
    await writeAllurePage(caller, ids, allureReport);
  }
}
