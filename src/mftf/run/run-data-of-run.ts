import type { Job } from '../../worker/runner.ts';
import { folderSettings } from '../closure/closure.ts';
import type { PrunedRunData } from '../closure/run-data-closure.ts';
import type { Php } from '../container/php.ts';
import { storeRunData } from '../run-data/run-data.ts';
import type { RunPlan } from './plan-run.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** What is stored for the tests of a run, in each of its containers. */
export interface RunDataPlan {
  closure: PrunedRunData;
  modules: readonly string[];
}

/**
 * The data and operations that the open tests of a run use while they run; `undefined` when they use none, and when MFTF reads them in
 * each test. The log says why.
 */
export async function planRunData(
  { settings }: RunnerDependencies,
  { files, logs }: PreparedRun,
  { catalog, modules, open }: RunPlan,
): Promise<RunDataPlan | undefined> {
  if (settings.runData === 'off') return undefined;
  const closure = await catalog.ask('runData', { tests: open });
  if (closure.kind === 'none') return undefined;
  const folder = files.values.find(({ name, value }) => value !== '' && folderSettings.includes(name));
  const settingReason = settings.notCacheableReason ?? (folder && `${folder.name} is set`);
  if (settingReason !== undefined) return reportWholeTree(logs, settingReason);
  // MFTF asks the shop, whatever the tests were generated from.
  if (modules === undefined) return reportWholeTree(logs, 'the enabled modules of the shop are not known');
  if (closure.kind === 'whole') return reportWholeTree(logs, closure.reason);
  return { closure, modules };
}

/**
 * Stores the planned data in a container. Returns the scripts of PHP that run before each test in it. Errors: those of `storeRunData`.
 */
export async function prepareRunData(
  { engine, layout }: RunnerDependencies,
  { abort: signal }: Job,
  { logs }: PreparedRun,
  plan: RunDataPlan | undefined,
  { containerId, php }: { containerId: string; php: Php },
): Promise<string[]> {
  if (plan === undefined) return [];
  const startedAt = performance.now();
  const runData = await storeRunData({ engine, layout, containerId, php, signal, ...plan });
  if (runData.kind === 'none') {
    reportWholeTree(logs, runData.reason);
    return [];
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const count = `${runData.entities} entities and ${runData.operations} operations`;
  logs.line(`Data of the tests: ${count} read from ${plan.closure.files.length} files in ${seconds} s.`);
  return runData.prepend;
}

function reportWholeTree(logs: PreparedRun['logs'], reason: string): undefined {
  logs.line(`Each test reads its data from the whole tree: ${reason}.`);
}
