import { z } from 'zod';
import type { CatalogTest } from '../../mftf/catalog/catalog-test.ts';
import {
  describeExcludedSkipped,
  describeInSuites,
  describeWidePatterns,
  type PatternMatches,
  type ResolvedSelection,
} from '../../mftf/catalog/selection.ts';
import type { Environment } from '../../model/environment.ts';
import { maxEnvironments } from '../../model/limits.ts';
import {
  coversPlaywright,
  isEmptySelection,
  ofMftf,
  type PlannedTest,
  type Selection,
} from '../../model/selection.ts';
import type { Context, SourcesAt } from '../core/context.ts';
import { code, gitRef, line, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { changedSinceFields, type NarrowedSelection, narrowToChanged } from '../runs/changed-since.ts';
import { selectionInput } from '../runs/selection-input.ts';
import { type ChangedTestView, changedTestView, viewChangedTest } from './changes-view.ts';
import { playwrightListView, viewPlaywright } from './playwright-view.ts';

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
  summary: 'List the tests, groups and suites of the image and the newest commits of the test modules',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    environment: code
      .optional()
      .describe('With its image and test modules; without it those of the settings'),
    ref: gitRef.optional(),
    search: line(200)
      .optional()
      .describe('Only tests, groups and suites that contain this text in a name or title'),
  }),
  output: z.object({
    commit: commitView,
    tests: z.array(catalogTestView),
    groups: counted,
    suites: counted,
    playwright: playwrightListView
      .optional()
      .describe(
        'Tests of Playwright, as the last run on the environment listed them, or the last one on any',
      ),
  }),
  async run(context, { environment: code, ref, search }) {
    const environment = code === undefined ? undefined : await getEnvironment(context, code);
    const { commit, catalog } = await context.catalog({ environment, ref });
    const { tests, groups, suites } = await catalog.ask('list', { search: search ?? '' });
    const playwright = await viewPlaywright(context, environment, search ?? '');
    return { commit, tests: tests.map(viewTest), groups, suites, ...(playwright && { playwright }) };
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

const environmentPreview = z.object({
  code: z.string(),
  image: z.string(),
  commits: z
    .array(commitView.extend({ name: z.string(), target: z.string() }))
    .describe('Of its test modules, in order'),
  expectedMs: z
    .number()
    .nullable()
    .describe('Expected duration of the run from its start, from earlier runs; null without any'),
  unset: z.string().nullable().describe('Variables that the tests may read and that are not set'),
  overridden: z
    .string()
    .nullable()
    .describe('Values of the test module that the environment overrides with other ones'),
  missingFiles: z.string().nullable().describe('Files that the tests attach and that no module has'),
  modules: z.string().describe('Which modules are enabled in the shop, as far as it was asked'),
  disabled: z
    .array(z.object({ test: z.string(), reason: z.string() }))
    .describe('Selected tests that are left out, because their modules are not enabled in the shop'),
});

export const previewRuns = defineOperation({
  name: 'runs.preview',
  method: 'POST',
  path: '/api/runs/preview',
  summary: 'Preview the tests and the duration of a selection; nothing is queued',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    environments: z.array(code).max(maxEnvironments).default([]),
    selection: selectionInput,
    ref: gitRef.optional(),
    ...changedSinceFields,
  }),
  output: z.object({
    commit: commitView.describe('Of the first test module of the first environment'),
    changes: z
      .object({
        since: commitView.describe('The earlier commit, of the first environment'),
        of: z.number().describe('Number of tests of the selection'),
        tests: z.array(changedTestView).describe('Those among `tests`, with the reasons'),
        lost: z
          .array(z.object({ test: z.string(), reason: z.string() }))
          .describe('Tests that only the earlier commit has, or that MFTF does not generate any more'),
        otherFiles: z
          .object({ count: z.number(), paths: z.array(z.string()) })
          .describe('Files of the module that differ and that the comparison does not cover, up to 20'),
      })
      .nullable()
      .describe('With changedSince: why these tests; null without it'),
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
    patterns: z
      .array(z.object({ pattern: z.string(), tests: z.number() }))
      .describe('The patterns of the selection, and how many tests each matches'),
    warnings: z
      .array(z.string())
      .describe('What is likely to be a mistake: a pattern that matches all tests'),
    excludedSkipped: z
      .array(z.object({ test: z.string(), because: z.string() }))
      .describe('Selected tests that are left out, because the module marks them as skipped'),
    notes: z
      .array(z.string())
      .describe('Sentences: which tests are left out as skipped, which named tests belong to suites'),
    environments: z.array(environmentPreview),
  }),
  async run(context, { environments, selection, ref, changedSince, mergeBase }) {
    const targets: Environment[] = [];
    for (const each of new Set(environments)) targets.push(await getEnvironment(context, each));
    const at = await context.sourcesAt(ref);
    const { testModules } = await at.of(targets[0]);
    const collected = createCollection();
    const narrow = async (environment: Environment | undefined, resolved: ResolvedSelection) => {
      if (changedSince === undefined) return resolved.tests;
      const request = { environment, ref, changedSince, mergeBase, at };
      return collected.addNarrowed(await narrowToChanged(context, selection, request));
    };
    const previews: z.input<typeof environmentPreview>[] = [];
    for (const environment of targets) {
      const resolved = await context.previewOn(environment, selection, at);
      const preview = { ...resolved, tests: await narrow(environment, resolved) };
      collected.add(preview);
      if (resolved.note !== undefined) collected.addNote(resolved.note);
      const sources = await at.of(environment);
      previews.push(await viewPreview(context, { environment, selection, preview, sources }));
    }
    if (targets.length === 0) {
      const selectionOfMftf = ofMftf(selection);
      if (!isEmptySelection(selectionOfMftf)) {
        const resolved = await (await context.catalog({ ref })).catalog.ask('resolve', selectionOfMftf);
        collected.add({ ...resolved, tests: await narrow(undefined, resolved) });
      }
      if (coversPlaywright(selection))
        collected.addNote('Name an environment to see tests of Playwright: a run on it lists them.');
    }
    const [{ id, subject }] = testModules;
    return { commit: { id, subject }, ...collected.view(), environments: previews };
  },
});

/** Collects the tests of a preview over its environments. */
function createCollection() {
  const tests = new Map<string, PlannedTest>();
  const skipReasons = new Map<string, string>();
  const unusable = new Map<string, { test: string; because: string }>();
  const patterns = new Map<string, PatternMatches>();
  const excludedSkipped = new Map<string, ResolvedSelection['excludedSkipped'][number]>();
  const inSuites = new Map<string, ResolvedSelection['inSuites'][number]>();
  const changed = new Map<string, ChangedTestView>();
  const notesOfPlaywright = new Set<string>();
  let narrowed: NarrowedSelection | undefined;
  return {
    // One environment after the other: the lists may be long, and the event loop turns in between.
    add(resolved: ResolvedSelection) {
      for (const test of resolved.tests) addNew(tests, `${test.suite ?? ''}:${test.name}`, test);
      for (const { test, because } of resolved.skipped) skipReasons.set(test, because);
      for (const each of resolved.unusable) addNew(unusable, each.test, each);
      for (const each of resolved.excludedSkipped) addNew(excludedSkipped, each.test, each);
      for (const each of resolved.inSuites) addNew(inSuites, each.test, each);
      for (const each of resolved.patterns) {
        const { tests = 0 } = patterns.get(each.pattern) ?? {};
        if (each.tests >= tests) patterns.set(each.pattern, each);
      }
    },

    addNote(note: string) {
      notesOfPlaywright.add(note);
    },

    /** Returns its tests. */
    addNarrowed(selection: NarrowedSelection): PlannedTest[] {
      narrowed ??= selection;
      const names = new Set(selection.tests.map(({ name }) => name));
      for (const each of selection.changes.changed) {
        if (names.has(each.test)) addNew(changed, each.test, viewChangedTest(each));
      }
      return selection.tests;
    },

    view: () => ({
      changes: narrowed
        ? {
            since: narrowed.changes.since,
            of: narrowed.of,
            tests: [...changed.values()],
            lost: narrowed.changes.lost,
            otherFiles: narrowed.changes.otherFiles,
          }
        : null,
      tests: Array.from(tests.values(), ({ name, suite }) => ({
        test: name,
        suite: suite ?? null,
        skipped: skipReasons.get(name) ?? null,
      })),
      unusable: [...unusable.values()],
      patterns: Array.from(patterns.values(), ({ pattern, tests }) => ({ pattern, tests })),
      warnings: describeWidePatterns([...patterns.values()]),
      excludedSkipped: [...excludedSkipped.values()],
      notes: [
        ...describeExcludedSkipped([...excludedSkipped.values()]),
        ...describeInSuites([...inSuites.values()]),
        ...notesOfPlaywright,
      ],
    }),
  };
}

async function viewPreview(
  context: Context,
  {
    environment,
    selection,
    preview,
    sources,
  }: {
    environment: Environment;
    selection: Selection;
    preview: Awaited<ReturnType<Context['previewOn']>>;
    sources: Awaited<ReturnType<SourcesAt['of']>>;
  },
): Promise<z.input<typeof environmentPreview>> {
  const { tests, unset, overridden, missingFiles, modules, disabled } = preview;
  return {
    code: environment.code,
    image: sources.image,
    commits: sources.testModules.map(({ name, target, id, subject }) => ({ name, target, id, subject })),
    expectedMs: (await context.durations.estimate(environment, { selection, tests })) ?? null,
    unset: unset ?? null,
    overridden: overridden ?? null,
    missingFiles: missingFiles ?? null,
    modules,
    disabled,
  };
}

function addNew<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
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
