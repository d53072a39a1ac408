import { memoize } from '../../async/single-flight.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { Fault } from '../../faults/fault.ts';
import { isPlaywrightTest } from '../../model/playwright.ts';
import type { RunOptions } from '../../model/run-options.ts';
import {
  coversPlaywright,
  describeSelection,
  isEmptySelection,
  ofMftf,
  type PlannedTest,
} from '../../model/selection.ts';
import type { NewPlannedTest, RecordedPlan } from '../../queue/recorder.ts';
import type { Job } from '../../worker/runner.ts';
import type { CatalogAccess } from '../catalog/catalogs.ts';
import {
  describeDisabled,
  describeExcludedSkipped,
  describeInSuites,
  describeWidePatterns,
} from '../catalog/selection.ts';
import { enabledModules } from '../shop-modules/shop-modules.ts';
import type { TestTool } from './further-tests.ts';
import { modulesOfRun, reportModules } from './modules-of-run.ts';
import { preflight } from './preflight.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies, RunnerSettings } from './runner-dependencies.ts';

/** The tests of a run. */
export interface RunPlan {
  catalog: CatalogAccess;
  /** The enabled modules of the shop, in its order; `undefined`: MFTF reads all modules. */
  modules: readonly string[] | undefined;
  /** Those of MFTF, in their order; those that are `done` have a result of an earlier attempt. */
  plan: RecordedPlan[];
  /** Those of MFTF without a result. */
  open: PlannedTest[];
  /** All tests, also those of other tools. */
  all: RecordedPlan[];
  /** The tests of another tool without a result, and what executes them; `undefined` when the run has none. */
  further: { tests: PlannedTest[]; tool: TestTool } | undefined;
  /** Waits until shop and Selenium have answered, and reports how; called before the first test. Errors: those of `preflight`. */
  awaitPreflight(): Promise<void>;
}

/**
 * Reads the catalog of the enabled modules at the commit of the run, plans its tests, and begins to check that shop and Selenium
 * answer. Errors: those of the catalog, of the selection, and of `preflight`.
 */
export async function planRun(deps: RunnerDependencies, job: Job, prepared: PreparedRun): Promise<RunPlan> {
  const { engine, layout, settings, dataFolder } = deps;
  const { containerId, files, logs } = prepared;
  // Runs concurrently with reading the catalog and with the generation, so that it costs a run no time.
  const { values } = files;
  const isOfMftf = !isEmptySelection(ofMftf(job.run.selection));
  const request = { engine, containerId, layout, php: settings.php, values, dataFolder };
  const preflightCheck = preflight({ ...request, selenium: isOfMftf });
  preflightCheck.catch(() => {});
  const shopModules = await modulesOfRun(deps, job, prepared);
  // A shop that is down ends the attempt: the next one plans with the modules that the shop lists then.
  if (shopModules.kind === 'assumed') await preflightCheck;
  await reportModules(job, prepared, shopModules);
  const modules = shopModules.kind === 'listed' ? shopModules.names : undefined;
  // It may take minutes, and other runs may wait for it, too; a run that is stopped does not.
  const reading = readCatalog(deps, prepared, enabledModules(shopModules, values));
  const catalog = await untilAborted(reading, job.abort);
  const tool = await openFurther(deps, job, prepared);
  const all = await planTests(deps, catalog, job, { prepared, tool });
  const openTests = all.filter(({ done }) => !done).map(({ test }) => test);
  logs.line(`Tests: ${all.length}, to be executed: ${openTests.length}`);
  const tests = openTests.filter(({ name }) => isPlaywrightTest(name));
  return {
    catalog,
    modules,
    all,
    plan: all.filter(({ test }) => !isPlaywrightTest(test.name)),
    open: openTests.filter(({ name }) => !isPlaywrightTest(name)),
    further: tool && tests.length > 0 ? { tests, tool } : undefined,
    awaitPreflight: memoize(async () => {
      const { summary, shopVersion } = await preflightCheck;
      logs.line(summary);
      if (shopVersion === undefined) return;
      logs.line(`Version of the shop: ${shopVersion}`);
      await job.record.shopVersion(shopVersion);
    }),
  };
}

/** What executes the tests of another tool; `undefined` when the run has none. Errors: those of `FurtherTests`. */
async function openFurther(
  { engine, furtherTests }: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
): Promise<TestTool | undefined> {
  return coversPlaywright(job.run.selection) ? furtherTests.open(engine, job, prepared) : undefined;
}

/** The tests in the image and in the test modules at the commits of the run. */
async function readCatalog(
  { engine, catalogs }: RunnerDependencies,
  { image: reference, testModules, containerId }: PreparedRun,
  enabled: readonly string[] | undefined,
): Promise<CatalogAccess> {
  const container = async () => ({ id: containerId, dispose: async () => {} });
  const image = { id: await engine.imageId(reference), container, isRunning: true };
  return catalogs.of(image, testModules, enabled);
}

/** The plan of the first attempt; in the first attempt, the tests that the selection means at this commit. */
async function planTests(
  { settings }: RunnerDependencies,
  catalog: CatalogAccess,
  { run, record }: Job,
  { prepared: { logs }, tool }: { prepared: PreparedRun; tool: TestTool | undefined },
): Promise<RunPlan['all']> {
  const earlier = await record.planned();
  if (earlier.length > 0) return earlier;
  const further = (await tool?.select(run.selection)) ?? [];
  const selection = ofMftf(run.selection);
  if (isEmptySelection(selection)) {
    await record.plan(further.map((test) => withDefaultRetries(test, run.options, settings.retryFailed)));
    return further.map((test) => ({ test, done: false, failed: false }));
  }
  const { tests, unusable, disabled, patterns, inSuites, excludedSkipped } = await catalog.ask(
    'resolve',
    selection,
  );
  for (const { test, because } of unusable) {
    await record.event({ code: 'TEST_UNUSABLE', message: `${test} was left out: ${because}.` });
  }
  for (const warning of describeWidePatterns(patterns)) logs.line(warning);
  for (const message of describeExcludedSkipped(excludedSkipped)) logs.line(message);
  for (const message of describeInSuites(inSuites)) {
    logs.line(message);
    await record.event({ code: 'TEST_IN_SUITE', message });
  }
  const message = describeDisabled(disabled);
  if (message !== undefined) {
    logs.line(message);
    await record.event({ code: 'TESTS_DISABLED', message });
  }
  if (tests.length + further.length === 0) {
    throw new Fault(
      'SELECTION_EMPTY',
      `"${describeSelection(run.selection)}" leaves no test to execute. ${message ?? ''}`,
    );
  }
  await record.plan([
    ...(await withRetries(catalog, tests, run.options, settings.retryFailed)),
    ...further.map((test) => withDefaultRetries(test, run.options, settings.retryFailed)),
  ]);
  return [...tests, ...further].map((test) => ({ test, done: false, failed: false }));
}

function withDefaultRetries(
  test: PlannedTest,
  { retryFailed }: RunOptions,
  { times }: RunnerSettings['retryFailed'],
): NewPlannedTest {
  return { ...test, retryFailed: retryFailed ?? times };
}

/** The tests with how often each is retried when it failed: as the run says; else the most that its groups say; else the default. */
async function withRetries(
  catalog: CatalogAccess,
  tests: readonly PlannedTest[],
  { retryFailed }: RunOptions,
  settings: RunnerSettings['retryFailed'],
): Promise<NewPlannedTest[]> {
  if (retryFailed !== undefined) return tests.map((test) => ({ ...test, retryFailed }));
  const names = tests.map(({ name }) => name);
  const byGroup = new Map<string, number>();
  for (const { group, times } of settings.groups) {
    for (const name of await catalog.ask('inGroups', { tests: names, groups: [group] })) {
      byGroup.set(name, Math.max(times, byGroup.get(name) ?? 0));
    }
  }
  return tests.map((test) => ({ ...test, retryFailed: byGroup.get(test.name) ?? settings.times }));
}
