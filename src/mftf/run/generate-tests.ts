import type { PlannedTest } from '../../model/selection.ts';
import type { Job } from '../../worker/runner.ts';
import { folderSettings } from '../closure/closure.ts';
import type { Php } from '../container/php.ts';
import { ensureGenerated } from '../generation/ensure-generated.ts';
import type { Snapshot } from '../generation/snapshots.ts';
import { keyOf } from './blocks.ts';
import { broken } from './execute-block.ts';
import type { RunPlan } from './plan-run.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** Invalid files that are reported; more do not help. */
const maxReportedFaults = 10;

/**
 * Generates the open tests of a run in its first container, or restores them from a snapshot. The tests that MFTF could not
 * generate get their result here. Returns the snapshot and the tests that can be executed. Errors: as of `ensureGenerated`.
 */
export async function generateTests(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  { catalog, modules, plan, open, patches }: RunPlan & { patches: string | undefined },
  php: Php,
): Promise<{ snapshot: Snapshot; runnable: PlannedTest[] }> {
  const { engine, layout, settings } = deps;
  const { run, record, abort: signal } = job;
  const { containerId, files, logs, testModules } = prepared;
  const place = { engine, containerId, layout, php, signal };
  const imageId = await engine.imageId(prepared.image);
  const timeoutMs = settings.generationTimeoutMs;

  // 1. Validate the files against the schemas of MFTF.
  const allFaults = await deps.validations.of({
    ...place,
    imageId,
    modules: testModules,
    patches,
    catalog,
    timeoutMs,
  });
  const faults = await catalog.ask('faultsOfModules', { faults: allFaults });
  for (const message of faults.slice(0, maxReportedFaults)) {
    logs.line(message);
    await record.event({ code: 'MODULE_INVALID', message });
  }

  // 2. Generate, from the files that the tests need where nothing forbids it.
  const { notCacheableReason } = settings;
  const pruningObstacles = notCacheableReason === undefined ? faults : [notCacheableReason];
  const settingsOfFolders = Object.fromEntries(
    files.values.flatMap(({ name, value }) => (folderSettings.includes(name) ? [[name, value]] : [])),
  );
  const snapshot = await ensureGenerated({
    ...place,
    imageId,
    testModules,
    patches,
    snapshots: deps.snapshots,
    plan,
    modules,
    closureOf: (tests) => catalog.ask('closure', { tests, settings: settingsOfFolders, pruningObstacles }),
    files,
    logName: run.attempt > 1 ? `generation-attempt-${run.attempt}.txt` : 'generation.txt',
    logs,
    record,
    settings,
  });

  // 3. Record the tests that are missing.
  return { snapshot, runnable: await recordMissing(record, snapshot, open) };
}

/** Records a result for the tests that MFTF could not generate; returns the others. */
async function recordMissing(
  record: Job['record'],
  { missing }: Snapshot,
  open: PlannedTest[],
): Promise<PlannedTest[]> {
  const messages = new Map(missing.map((test) => [keyOf(test), test.message]));
  const startedAt = new Date();
  for (const test of open) {
    const message = messages.get(keyOf(test));
    if (message === undefined) continue;
    await record.result(broken(test, { code: 'GENERATION_FAILED', message }, startedAt));
  }
  return open.filter((test) => !messages.has(keyOf(test)));
}
