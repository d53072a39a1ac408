import { isFault } from '../../faults/fault.ts';
import type { Job } from '../../worker/runner.ts';
import { folderSettings } from '../closure/closure.ts';
import type { Php } from '../container/php.ts';
import { putValues } from '../container/prepare.ts';
import { ensureGenerated } from '../generation/ensure-generated.ts';
import type { Missing, Snapshot } from '../generation/snapshots.ts';
import type { RunPlan } from './plan-run.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** Invalid files that are reported; more do not help. */
const maxReportedFaults = 10;

interface MftfRequest extends Pick<RunPlan, 'catalog' | 'modules' | 'plan'> {
  imageId: string;
  /** Identifies the patched files; `undefined` without any. */
  patches: string | undefined;
}

/** Generates the tests of a plan by MFTF, or restores them from a snapshot. Errors: as of `ensureGenerated`. */
export async function generateByMftf(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  { catalog, modules, plan, patches, imageId }: MftfRequest,
  php: Php,
): Promise<Snapshot> {
  const { engine, layout, settings } = deps;
  const { run, record, abort: signal } = job;
  const { containerId, files, logs, testModules } = prepared;
  const place = { engine, containerId, layout, php, signal };
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
  return ensureGenerated({
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
}

/** As `generateByMftf`, for tests beside others that matre wrote: when MFTF generates none of them, only they are missing. */
export async function generateRestByMftf(
  deps: RunnerDependencies,
  job: Job,
  prepared: PreparedRun,
  request: MftfRequest,
  php: Php,
): Promise<{ archives: Buffer[]; missing: Missing[] }> {
  try {
    const { archive, missing } = await generateByMftf(deps, job, prepared, request, php);
    return { archives: [archive], missing };
  } catch (error) {
    if (!isFault(error, 'GENERATION_FAILED')) throw error;
    // While MFTF generated, only the values that it reads were there.
    await putValues(deps.engine, prepared.containerId, prepared.files);
    const missing = request.plan.map(({ test: { name, suite } }) => ({
      name,
      suite,
      message: error.message,
    }));
    return { archives: [], missing };
  }
}
