import { toFault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import { runToken } from '../../model/run-token.ts';
import type { Modules } from '../../modules/modules.ts';
import type { HealthCheck } from '../../pool/health.ts';
import type { ContainerInspection, Inspection } from '../../pool/inspect.ts';
import { checkoutsFolder } from '../../pool/specification.ts';
import { moduleEnvPath } from '../module/env-files.ts';

/**
 * All that a run would look at in the containers of an environment, at the newest commit of the test module. Nothing is changed.
 * Errors: those of the engine.
 */
export async function inspectSlots(
  deps: {
    inspection: Pick<Inspection, 'inspectClosely'>;
    modules: Modules;
    /** The runs under way, with their fences. */
    running(): Promise<{ runId: number; fence: number }[]>;
  },
  { id: environmentId, code, slots }: Environment,
): Promise<{ slot: number; seen: ContainerInspection | undefined }[]> {
  const module = await moduleFileOf(deps.modules, code);
  const files = module.file === undefined ? [] : [module.file];
  const claims = await deps.running();
  const tokens = new Set(claims.map(runToken));

  const look = async (slot: number) => {
    const seen = await deps.inspection.inspectClosely({ environmentId, slot }, files);
    if (seen?.checks === undefined) return { slot, seen };
    const left = seen.processes.filter((token) => !tokens.has(token));
    const processes: HealthCheck = {
      name: 'no process of an earlier run is left',
      ok: left.length === 0,
      seen: left.join(', ') || 'none',
    };
    return { slot, seen: { ...seen, checks: [...seen.checks, processes, ...module.checks] } };
  };
  return Promise.all(Array.from({ length: slots }, (_, index) => look(index + 1)));
}

/** Where a container should see the module's values for an environment; or why nobody knows. */
async function moduleFileOf(
  modules: Modules,
  code: string,
): Promise<{ file: string | undefined; checks: HealthCheck[] }> {
  try {
    const { id } = await modules.resolve();
    await modules.checkout(id);
    return { file: `${checkoutsFolder}/${id}/${moduleEnvPath(code)}`, checks: [] };
  } catch (error) {
    const check = { name: 'the test module is at hand', ok: false, seen: toFault(error).message };
    return { file: undefined, checks: [check] };
  }
}
