import { z } from 'zod';
import { statuses } from '../../model/result.ts';
import type { AllureEntry, AllureResult } from '../../report/allure.ts';
import { csvHead, csvLine } from '../../report/csv.ts';
import { junitDialects, junitPieces } from '../../report/junit.ts';
import type { ReportedRun } from '../../report/reported-run.ts';
import { type ReportRow, rowsOf, withoutResult } from '../../report/result-rows.ts';
import { time } from '../core/fields.ts';
import { defineStreamedOperation, jsonOfList, jsonOfText } from '../core/streamed-operation.ts';
import { allureEntriesOf } from './allure-entries.ts';
import { readReported, reportedIds } from './read-reported.ts';

export const reportJunit = defineStreamedOperation({
  name: 'runs.junit',
  method: 'GET',
  path: '/api/junit',
  summary: 'Report runs as JUnit XML',
  role: 'viewer',
  readsResults: true,
  audited: false,
  input: z.object({
    ids: reportedIds,
    dialect: z
      .enum(junitDialects)
      .default('common')
      .describe('xunit: without the file and line of failures, which the xUnit plugin of Jenkins refuses'),
  }),
  output: z.object({ xml: z.string() }),
  pieces: async (context, { ids, dialect }) =>
    jsonOfText('xml', junitPieces(await readReported(context, ids), dialect)),
});

export const reportAllure = defineStreamedOperation({
  name: 'runs.allure',
  method: 'GET',
  path: '/api/allure',
  summary: 'Report runs as results of Allure 2, one for each attempt of each test; each is a file of its own',
  role: 'viewer',
  readsResults: true,
  audited: false,
  input: z.object({ ids: reportedIds }),
  output: z.object({
    results: z.array(
      z.object({
        uuid: z.string().describe('The file is `<uuid>-result.json`'),
        historyId: z.string().describe('Equal for all attempts of a test on an environment'),
        testCaseId: z.string(),
        name: z.string(),
        fullName: z.string(),
        status: z.enum(statuses),
        statusDetails: z.object({
          message: z.string().optional(),
          trace: z
            .string()
            .optional()
            .describe('Where a failure comes from: a line of a file, then its calls'),
          flaky: z.boolean().describe('It passed, and failed in an earlier attempt of the run'),
        }),
        start: z.number(),
        stop: z.number(),
        labels: z.array(z.object({ name: z.string(), value: z.string() })),
        parameters: z.array(z.object({ name: z.string(), value: z.string() })),
        links: z
          .array(z.object({ name: z.string(), url: z.string(), type: z.string() }))
          .describe('The line that a failure comes from, where its address is known'),
        attachments: z
          .array(
            z.object({
              name: z.string(),
              source: z.string().describe('The name of the file beside the result file'),
              type: z.string(),
              path: z.string().describe('The path of the file in the folder of its run'),
            }),
          )
          .describe('Of tests that did not pass'),
      }),
    ),
  }),
  async pieces(context, { ids }) {
    const runs = await readReported(context, ids);
    return jsonOfList('results', resultsOf(allureEntriesOf(context, runs)));
  },
});

async function* resultsOf(entries: AsyncIterable<AllureEntry>): AsyncGenerator<AllureResult> {
  for await (const { result } of entries) yield result;
}

export const reportResults = defineStreamedOperation({
  name: 'runs.table',
  method: 'GET',
  path: '/api/results',
  summary:
    'Report the results of runs as rows: each attempt of each test, and planned tests without a result',
  role: 'viewer',
  readsResults: true,
  audited: false,
  input: z.object({ ids: reportedIds }),
  output: z.object({
    results: z.array(
      z.object({
        run: z.number(),
        environment: z.string(),
        test: z.string(),
        suite: z.string().nullable(),
        attempt: z.number().nullable().describe('null: the test has no result'),
        last: z.boolean().describe('The last attempt of its test in the run, which decides'),
        status: z.enum([...statuses, withoutResult]),
        flaky: z.boolean().describe('It passed, and failed in an earlier attempt of the run'),
        quarantined: z.boolean(),
        startedAt: time.nullable(),
        durationMs: z.number().nullable(),
        code: z.string().nullable().describe('Why it is broken'),
        message: z.string().nullable(),
        cause: z.string().nullable().describe('Equal for messages that differ only in numbers and names'),
        file: z.string().nullable().describe('Where a failure comes from'),
        line: z.number().nullable(),
        commit: z.string().nullable(),
        requestedBy: z.string(),
      }),
    ),
  }),
  pieces: async (context, { ids }) => jsonOfList('results', rowsOfRuns(await readReported(context, ids))),
});

export const reportCsv = defineStreamedOperation({
  name: 'runs.csv',
  method: 'GET',
  path: '/api/csv',
  summary: 'Report the results of runs as a CSV file for spreadsheets, with the rows of /api/results',
  role: 'viewer',
  readsResults: true,
  audited: false,
  input: z.object({ ids: reportedIds }),
  output: z.object({ csv: z.string() }),
  pieces: async (context, { ids }) => jsonOfText('csv', csvOf(await readReported(context, ids))),
});

async function* rowsOfRuns(runs: readonly ReportedRun[]): AsyncGenerator<ReportRow> {
  for (const { run, tests } of runs) {
    for await (const test of tests()) yield* rowsOf(run, test);
  }
}

async function* csvOf(runs: readonly ReportedRun[]): AsyncGenerator<string> {
  yield csvHead;
  for await (const row of rowsOfRuns(runs)) yield csvLine(row);
}
