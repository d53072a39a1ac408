import { z } from 'zod';
import { maxTestNameLength } from '../../model/limits.ts';
import { exactLine, testName, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { buildHistory } from './build-history.ts';
import { testHistoryView } from './history-view.ts';

/** Of a test on all environments: a year of nightly runs on a dozen environments. */
const maxResults = 5_000;

export const showTestHistory = defineOperation({
  name: 'tests.history',
  method: 'GET',
  path: '/api/tests/:test/history',
  summary: 'Show the results of a test on all environments over time',
  role: 'viewer',
  audited: false,
  input: z.object({
    test: testName,
    suite: testName.optional(),
    runs: wholeNumber(1, 200).default(50).describe('Number of columns'),
  }),
  output: testHistoryView,
  async run(context, { test, suite, runs }) {
    return buildHistory(await context.results.history(test, maxResults), { test, suite, runs });
  },
});

export const completeTests = defineOperation({
  name: 'tests.complete',
  method: 'GET',
  path: '/api/tests/complete',
  summary: 'Complete a name of a test, group, suite or module, or find the names that contain a text',
  role: 'viewer',
  audited: false,
  input: z.object({
    text: exactLine(maxTestNameLength).trim().default(''),
    limit: wholeNumber(1, 100).default(20),
    of: z
      .enum(['tests', 'modules'])
      .default('tests')
      .describe('tests: names of tests, groups and suites; modules: Magento modules with tests'),
  }),
  output: z.object({
    names: z.array(
      z.object({
        kind: z.enum(['test', 'group', 'suite', 'module']),
        name: z.string(),
        tests: z.number().describe('Number of tests that the name selects'),
        title: z.string().nullable(),
      }),
    ),
  }),
  async run(context, { text, limit, of }) {
    const { catalog } = await context.statusCache.catalog();
    return { names: await catalog.ask('complete', { text, limit, of }) };
  },
});
