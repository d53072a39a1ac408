import { z } from 'zod';
import { mapInTurns } from '../../async/map-in-turns.ts';
import { statuses } from '../../model/result.ts';
import { csvHead, csvLine } from '../../report/csv.ts';
import { junitDialects, junitPieces } from '../../report/junit.ts';
import { rowsOf, withoutResult } from '../../report/result-rows.ts';
import { time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { allureEntriesOf } from './allure-entries.ts';
import { readReported, reportedIds } from './read-reported.ts';

export const reportJunit = defineOperation({
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
  async run(context, { ids, dialect }) {
    const runs = await readReported(context, ids);
    const pieces = await mapInTurns(junitPieces(runs, dialect), (piece) => piece);
    return { xml: pieces.join('') };
  },
});

export const reportAllure = defineOperation({
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
  async run(context, { ids }) {
    const entries = await allureEntriesOf(context, await readReported(context, ids));
    return { results: entries.map(({ result }) => result) };
  },
});

export const reportResults = defineOperation({
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
  run: async (context, { ids }) => ({ results: (await readReported(context, ids)).flatMap(rowsOf) }),
});

export const reportCsv = defineOperation({
  name: 'runs.csv',
  method: 'GET',
  path: '/api/csv',
  summary: 'Report the results of runs as a CSV file for spreadsheets, with the rows of /api/results',
  role: 'viewer',
  readsResults: true,
  audited: false,
  input: z.object({ ids: reportedIds }),
  output: z.object({ csv: z.string() }),
  async run(context, { ids }) {
    const rows = (await readReported(context, ids)).flatMap(rowsOf);
    return { csv: csvHead + (await mapInTurns(rows, csvLine)).join('') };
  },
});
