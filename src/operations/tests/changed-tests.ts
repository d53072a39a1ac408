import { z } from 'zod';
import type { CommitsToCompare, Context } from '../core/context.ts';
import { code, gitRef, testName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { changedTestView, since, testChangesView, viewChangedTest, viewTestChanges } from './changes-view.ts';

const commitView = z.object({ id: z.string(), subject: z.string() });

const commits = {
  since,
  environment: code
    .optional()
    .describe(
      'With its image, test modules and enabled modules; without it those of the settings, with all modules',
    ),
  ref: gitRef.optional(),
  mergeBase: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: compares with the newest commit that both come from, as a pull request does'),
  sinceEnvironment: code
    .optional()
    .describe('Whose image, test modules and enabled modules the earlier side has; by default the same'),
};

/** The commits that a request compares. Errors: ENVIRONMENT_UNKNOWN. */
async function commitsOf(
  context: Context,
  request: {
    since: string;
    environment?: string | undefined;
    ref?: string | undefined;
    mergeBase?: 'true' | 'false' | undefined;
    sinceEnvironment?: string | undefined;
  },
): Promise<CommitsToCompare> {
  const { environment, sinceEnvironment, mergeBase, ...others } = request;
  const find = async (code: string | undefined) =>
    code === undefined ? undefined : getEnvironment(context, code);
  return {
    ...others,
    environment: await find(environment),
    sinceEnvironment: await find(sinceEnvironment),
    mergeBase: mergeBase === 'true',
  };
}

export const listChangedTests = defineOperation({
  name: 'tests.changed',
  method: 'GET',
  path: '/api/tests/changed',
  summary: 'List the tests whose steps, data or suites differ between two commits, and why',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object(commits),
  output: z.object({
    commit: commitView,
    since: commitView,
    tests: z.array(changedTestView),
    lost: z
      .array(z.object({ test: z.string(), reason: z.string() }))
      .describe('Tests that only the earlier commit has, or that MFTF does not generate any more'),
    compared: z
      .number()
      .describe('Number of tests that depend on files which differ; all others are the same'),
    otherFiles: z
      .object({ count: z.number(), paths: z.array(z.string()) })
      .describe('Files of the module that differ and that the comparison does not cover, up to 20'),
  }),
  async run(context, request) {
    const commits = await commitsOf(context, request);
    const { commit, since, changed, lost, compared, otherFiles } = await context.impact.changedTests(commits);
    return { commit, since, tests: changed.map(viewChangedTest), lost, compared, otherFiles };
  },
});

export const showTestChanges = defineOperation({
  name: 'tests.changes',
  method: 'GET',
  path: '/api/tests/:test/changes',
  summary: 'Show how a test differs between two commits: its steps, data and suites',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({ test: testName, ...commits }),
  output: testChangesView.extend({ commit: commitView, since: commitView }),
  async run(context, { test, ...request }) {
    const commits = await commitsOf(context, request);
    const { commit, since, ...changes } = await context.impact.testChanges({ test, ...commits });
    return { commit, since, ...viewTestChanges(test, changes) };
  },
});
