import { z } from 'zod';
import type { CatalogTest } from '../../mftf/catalog/catalog-test.ts';
import { resolveSelection } from '../../mftf/catalog/selection.ts';
import type { Environment } from '../../model/environment.ts';
import { maxEnvironments } from '../../model/limits.ts';
import type { Context } from '../core/context.ts';
import { code, line, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/environments.ts';
import { selectionInput } from '../runs/runs.ts';

const commitView = z.object({ id: z.string(), subject: z.string() });

const catalogTestView = z.object({
  name: z.string(),
  title: z.string().nullable(),
  module: z.string().nullable(),
  severity: z.string().nullable(),
  groups: z.array(z.string()),
  suites: z
    .array(z.string())
    .describe('Suites of the test; it runs in each of them, or outside of a suite when there are none'),
  skipped: z.string().nullable().describe('Why MFTF skips the test'),
  unusable: z.string().nullable().describe('Why MFTF generates nothing for the test'),
});
export type CatalogTestView = z.output<typeof catalogTestView>;

const counted = z.array(z.object({ name: z.string(), tests: z.number() }));

export const listTests = defineOperation({
  name: 'tests.list',
  method: 'GET',
  path: '/api/tests',
  summary: 'List the tests, groups and suites of the image and the newest commit of the test module',
  role: 'viewer',
  audited: false,
  input: z.object({
    search: line(200)
      .optional()
      .describe('Only tests, groups and suites that contain this text in a name or title'),
  }),
  output: z.object({ commit: commitView, tests: z.array(catalogTestView), groups: counted, suites: counted }),
  async run(context, { search }) {
    const { commit, catalog } = await context.catalog();
    const query = search?.toLowerCase() ?? '';
    const has = (...texts: (string | undefined)[]) =>
      texts.some((text) => text?.toLowerCase().includes(query));
    const byName = <T extends { name: string }>(all: T[]) => all.sort((a, b) => (a.name < b.name ? -1 : 1));
    const tests = [...catalog.tests.values()].filter(({ name, title, groups, suites }) =>
      has(name, title, ...groups, ...suites),
    );
    const groups = [...catalog.groups].map(([name, members]) => ({ name, tests: members.length }));
    const suites = [...catalog.suites.values()].map(({ name, tests }) => ({ name, tests: tests.length }));
    return {
      commit,
      tests: byName(tests.map(viewTest)),
      groups: byName(groups.filter(({ name }) => has(name))),
      suites: byName(suites.filter(({ name }) => has(name))),
    };
  },
});

const testStatisticsView = z.object({
  test: z.string(),
  passing: z.number().describe('Number of environments where it passed last'),
  failing: z.number().describe('Number of environments where it failed last'),
  flakiness: z
    .number()
    .nullable()
    .describe('0 to 1: share of neighbouring outcomes that differ, among the last ten on each environment'),
  meanMs: z.number().describe('Mean duration of the last five executions on each environment'),
  lastAt: time,
});

export const listTestStatistics = defineOperation({
  name: 'tests.figures',
  method: 'GET',
  path: '/api/tests/figures',
  summary: 'Show recent statistics of all tests',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ tests: z.array(testStatisticsView).describe('Tests that ever passed or failed') }),
  async run({ durations }) {
    const statistics = await durations.statistics();
    return {
      tests: statistics.map(({ pairs, changes, lastAt, ...rest }) => ({
        ...rest,
        flakiness: pairs === 0 ? null : changes / pairs,
        lastAt: lastAt.toISOString(),
      })),
    };
  },
});

export const previewRuns = defineOperation({
  name: 'runs.preview',
  method: 'POST',
  path: '/api/runs/preview',
  summary: 'Preview the tests and the duration of a selection; nothing is queued',
  role: 'viewer',
  audited: false,
  input: z.object({
    environments: z.array(code).max(maxEnvironments).default([]),
    selection: selectionInput,
  }),
  output: z.object({
    commit: commitView,
    tests: z
      .array(
        z.object({
          test: z.string(),
          suite: z.string().nullable(),
          skipped: z.string().nullable().describe('Why MFTF will skip the test'),
        }),
      )
      .describe('Those that run on at least one of the environments'),
    unusable: z
      .array(z.object({ test: z.string(), because: z.string() }))
      .describe('Selected tests that MFTF generates nothing for'),
    environments: z.array(
      z.object({
        code: z.string(),
        expectedMs: z
          .number()
          .nullable()
          .describe('Expected duration in one container, from earlier executions; null when unknown'),
        unset: z.string().nullable().describe('Variables that the tests may read and that are not set'),
        overridden: z
          .string()
          .nullable()
          .describe('Values of the test module that the environment overrides with other ones'),
        modules: z.string().describe('Which modules are enabled in the shop, as far as it was asked'),
        disabled: z
          .array(z.object({ test: z.string(), reason: z.string() }))
          .describe('Selected tests that are left out, because their modules are not enabled in the shop'),
      }),
    ),
  }),
  async run(context, { environments, selection }) {
    const targets: Environment[] = [];
    for (const each of new Set(environments)) targets.push(await getEnvironment(context, each));
    const { commit, catalog } = await context.catalog();
    const previews: Preview[] = [];
    for (const environment of targets) {
      previews.push({ environment, ...(await context.previewOn(environment, selection)) });
    }
    const resolved = previews.length === 0 ? [resolveSelection(catalog, selection)] : previews;
    const tests = union(
      resolved.map((each) => each.tests),
      ({ name, suite = '' }) => `${suite}:${name}`,
    );
    const skipped = resolved.flatMap((each) => each.skipped);
    const unusable = union(
      resolved.map((each) => each.unusable),
      ({ test }) => test,
    );
    const skipReasons = new Map(skipped.map((each) => [each.test, each.because]));
    return {
      commit,
      tests: tests.map(({ name, suite }) => ({
        test: name,
        suite: suite ?? null,
        skipped: skipReasons.get(name) ?? null,
      })),
      unusable,
      environments: await Promise.all(previews.map((preview) => viewPreview(context, preview))),
    };
  },
});

type Preview = { environment: Environment } & Awaited<ReturnType<Context['previewOn']>>;

async function viewPreview(context: Context, preview: Preview) {
  const { environment, tests, unset, overridden, modules, disabled } = preview;
  return {
    code: environment.code,
    expectedMs: (await context.durations.estimate(environment.id, tests)) ?? null,
    unset: unset ?? null,
    overridden: overridden ?? null,
    modules,
    disabled,
  };
}

/** The items of all lists, each once, in the order of the lists. */
function union<T>(lists: T[][], keyOf: (item: T) => string): T[] {
  const items = new Map<string, T>();
  for (const item of lists.flat()) if (!items.has(keyOf(item))) items.set(keyOf(item), item);
  return [...items.values()];
}

function viewTest(test: CatalogTest): CatalogTestView {
  const { name, title, module, severity, groups, suites, skip, unusable } = test;
  return {
    name,
    title: title ?? null,
    module: module ?? null,
    severity: severity ?? null,
    groups,
    suites,
    skipped: skip?.join(', ') ?? null,
    unusable: unusable ?? null,
  };
}
