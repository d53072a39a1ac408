import type { Job } from '../../worker/runner.ts';
import { fetchInside } from '../container/fetch.ts';
import { askModules } from '../shop-modules/ask-modules.ts';
import { describeModules } from '../shop-modules/describe-modules.ts';
import type { ShopModules } from '../shop-modules/shop-modules.ts';
import type { PreparedRun } from './prepared-run.ts';
import type { RunnerDependencies } from './runner-dependencies.ts';

/** As the preflight: a shop with cold caches is slow. */
const shopSeconds = 20;

/** The modules whose tests MFTF reads for a run; the shop is asked from the container of the run when the list is old. */
export function modulesOfRun(
  { engine, layout, settings, shopModules }: RunnerDependencies,
  { environment }: Job,
  { containerId, files }: PreparedRun,
): Promise<ShopModules> {
  const inside = { engine, containerId, layout, php: settings.php };
  return shopModules.current(environment, () =>
    askModules(async (request) => {
      const responses = await fetchInside(inside, [{ ...request, seconds: shopSeconds }]);
      const [response] = responses.values();
      return response ?? { status: undefined, body: '', error: 'PHP in the container cannot request it' };
    }, files.values),
  );
}

/** Writes the list and its age into the log of a run, with an event when it is not the present one. */
export async function reportModules(
  { record }: Job,
  { logs }: PreparedRun,
  modules: ShopModules,
): Promise<void> {
  const message = describeModules(modules);
  logs.line(`Modules: ${message}`);
  const isUncertain =
    modules.kind === 'assumed' || (modules.kind === 'listed' && modules.failure !== undefined);
  if (isUncertain) await record.event({ code: 'MODULES_UNKNOWN', message });
}
