import type { PlannedTest } from '../../model/selection.ts';
import type { Job } from '../../worker/runner.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { resolveSelection } from '../catalog/selection.ts';
import { preflight } from './preflight.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** The tests of a run. */
export interface RunPlan {
  catalog: Catalog;
  /** All of them, in their order; those that are `done` have a result of an earlier attempt. */
  plan: { test: PlannedTest; done: boolean }[];
  /** Those without a result. */
  open: PlannedTest[];
}

/**
 * Reads the catalog at the commit of the run, plans its tests, and checks that shop and Selenium answer.
 * Errors: those of the catalog, of the selection, and of `preflight`.
 */
export async function planRun(deps: RunnerDependencies, job: Job, prepared: PreparedRun): Promise<RunPlan> {
  const { engine, layout, settings, dataFolder } = deps;
  const { containerId, files, logs } = prepared;
  // Runs concurrently with reading the catalog, so that it costs a run no time.
  const { values } = files;
  const preflightLine = preflight({ engine, containerId, layout, php: settings.php, values, dataFolder });
  preflightLine.catch(() => {});
  const catalog = await readCatalog(deps, prepared);
  const plan = await planTests(catalog, job);
  logs.line(await preflightLine);
  const open = plan.filter(({ done }) => !done).map(({ test }) => test);
  logs.line(`Tests: ${plan.length}, to be executed: ${open.length}`);
  return { catalog, plan, open };
}

/** The tests in the image and in the test module at the commit of the run. */
async function readCatalog(
  { engine, catalogs, settings }: RunnerDependencies,
  { commit, checkout, containerId }: PreparedRun,
): Promise<Catalog> {
  const container = async () => ({ id: containerId, dispose: async () => {} });
  const image = { id: await engine.imageId(settings.image), container, isRunning: true };
  return catalogs.of(image, { id: commit.id, path: checkout });
}

/** The plan of the first attempt; in the first attempt, the tests that the selection means at this commit. */
async function planTests(catalog: Catalog, { run, record }: Job): Promise<RunPlan['plan']> {
  const earlier = await record.planned();
  if (earlier.length > 0) return earlier;
  const { tests, unusable } = resolveSelection(catalog, run.selection);
  for (const { test, because } of unusable) {
    await record.event({ code: 'TEST_UNUSABLE', message: `${test} was left out: ${because}.` });
  }
  await record.plan(tests);
  return tests.map((test) => ({ test, done: false }));
}
