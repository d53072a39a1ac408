import type { Config } from '../config/config.ts';
import type { ContainersContext } from '../doctor/check-context.ts';
import { limitsOf } from '../doctor/limits.ts';
import { fetchInside } from '../mftf/container/fetch.ts';
import type { Layout } from '../mftf/container/layout.ts';
import { tryPatches } from '../mftf/patches/patch-container.ts';
import { readPatches } from '../mftf/patches/read-patches.ts';
import type { Commit } from '../modules/modules.ts';
import type { Database } from '../store/database/database.ts';
import type { Environments } from '../store/tables/environments.ts';
import type { Variables } from '../store/tables/variables.ts';
import type { Threads } from '../threads/threads.ts';
import type { EngineAndPool } from './engine-and-pool.ts';
import { readEnvFiles } from './env-values.ts';
import { createSeleniumLookup } from './selenium.ts';
import { createDoctorContainer } from './temporary-container.ts';

/** What `matre doctor` checks of containers, module and Selenium, for one inspection. */
export function createContainersContext(
  deps: {
    config: Config;
    database: Database;
    environments: Environments;
    variables: Variables;
  },
  parts: EngineAndPool & { readers: Threads; layout: Layout },
): ContainersContext {
  const { config } = deps;
  const { engine, pool, inspection, modules, installation, readers, layout } = parts;
  const { seleniumMs, browserMs } = limitsOf(config);
  const locateSelenium = createSeleniumLookup(deps, { timeoutMs: seleniumMs, labelTimeoutMs: browserMs });
  let newestCheckout: Promise<Commit & { path: string }> | undefined;
  const resolveNewest = async () => {
    const commit = await modules.resolve();
    return { ...commit, path: await modules.checkout(commit.id) };
  };
  // Not `memoize`: an error is kept too, so that a module that cannot be reached costs its time once and not once a check.
  const newest = () => {
    newestCheckout ??= resolveNewest();
    return newestCheckout;
  };
  return {
    engine,
    pool,
    inspection,
    modules,
    installation,
    selenium: async () => (await locateSelenium()).selenium,
    fetchInside: (containerId, requests) =>
      fetchInside({ engine, containerId, layout, php: config.mftf.php }, requests),
    temporaryContainer: () => createDoctorContainer(deps, engine),
    newest,
    async tryPatches(container) {
      const { patches } = await readPatches(readers, config.mftf.patches, await newest());
      return tryPatches({ engine, containerId: await container(), layout, readers }, patches);
    },
    valuesOf: async (environment) =>
      (await readEnvFiles({ ...deps, engine, readers, layout }, environment, await newest())).values,
  };
}
