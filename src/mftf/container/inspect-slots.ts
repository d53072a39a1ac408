import { toFault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import { runToken, runTokenOf } from '../../model/run-token.ts';
import type { HealthCheck } from '../../pool/health.ts';
import type { ContainerInspection, Inspection } from '../../pool/inspect.ts';
import { checkoutsFolder } from '../../pool/specification.ts';
import type { CheckedOutModules } from '../module/check-out.ts';
import { findModuleEnvFile, moduleEnvPath } from '../module/env-files.ts';

/**
 * Checks the containers of an environment as a run would, at the newest commits of its test modules, without changing them.
 * `seen` is `undefined` for a slot without a container. Errors: those of the engine.
 */
export async function inspectSlots(
  deps: {
    inspection: Pick<Inspection, 'inspectClosely'>;
    /** The test modules of the environment at their newest commits. */
    newest(): Promise<CheckedOutModules>;
    /** The running runs, with their fences. */
    running(): Promise<{ runId: number; fence: number }[]>;
  },
  { id: environmentId, code, slots }: Environment,
): Promise<{ slot: number; seen: ContainerInspection | undefined }[]> {
  const module = await moduleFileOf(deps.newest, code);
  const files = module.file === undefined ? [] : [module.file];
  const claims = await deps.running();
  const tokens = new Set(claims.map(runToken));

  const inspect = async (slot: number) => {
    const seen = await deps.inspection.inspectClosely({ environmentId, slot }, files);
    if (seen?.checks === undefined) return { slot, seen };
    const leftover = seen.processes.filter((token) => !tokens.has(runTokenOf(token)));
    const processes: HealthCheck = {
      name: 'no process of an earlier run is left',
      ok: leftover.length === 0,
      seen: leftover.join(', ') || 'none',
    };
    return { slot, seen: { ...seen, checks: [...seen.checks, processes, ...module.checks] } };
  };
  return Promise.all(Array.from({ length: slots }, (_, index) => inspect(index + 1)));
}

/** The path of the module's values for an environment in a container, or a failed check when the module is unavailable. */
async function moduleFileOf(
  newest: () => Promise<CheckedOutModules>,
  code: string,
): Promise<{ file: string | undefined; checks: HealthCheck[] }> {
  try {
    const testModules = await newest();
    const [first] = testModules;
    // Without the file anywhere the first module is shown as the one that lacks it.
    const { module } = await findModuleEnvFile(testModules, code).catch(() => ({ module: first }));
    return { file: `${checkoutsFolder}/${module.id}/${moduleEnvPath(code)}`, checks: [] };
  } catch (error) {
    const check = { name: 'the test module is at hand', ok: false, seen: toFault(error).message };
    return { file: undefined, checks: [check] };
  }
}
