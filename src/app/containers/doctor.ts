import type { Config } from '../../config/config.ts';
import type { ContainersContext } from '../../doctor/check-context.ts';
import { limitsOf } from '../../doctor/limits.ts';
import { fetchInside } from '../../mftf/container/fetch.ts';
import type { Layout } from '../../mftf/container/layout.ts';
import { tryPatches } from '../../mftf/patches/patch-container.ts';
import { readPatches } from '../../mftf/patches/read-patches.ts';
import type { Database } from '../../store/database/database.ts';
import type { Environments } from '../../store/tables/environments.ts';
import type { Variables } from '../../store/tables/variables.ts';
import type { Threads } from '../../threads/threads.ts';
import { createSourcesAt } from './catalog.ts';
import type { EngineAndPool } from './engine-and-pool.ts';
import { readEnvFiles } from './env-values.ts';
import { createSeleniumLookup } from './selenium.ts';
import type { Sources } from './sources.ts';
import { createDoctorContainer } from './temporary-container.ts';

/** What `matre doctor` checks of containers, module and Selenium, for one inspection. */
export function createContainersContext(
  deps: {
    config: Config;
    database: Database;
    environments: Environments;
    variables: Variables;
    sources: Sources;
  },
  parts: EngineAndPool & { readers: Threads; layout: Layout },
): ContainersContext {
  const { config } = deps;
  const { engine, pool, inspection, modules, installation, readers, layout } = parts;
  const { seleniumMs, browserMs } = limitsOf(config);
  const locateSelenium = createSeleniumLookup(deps, { timeoutMs: seleniumMs, labelTimeoutMs: browserMs });
  // It keeps errors too, so that a module that cannot be reached costs its time once and not once a check.
  const { of: newest } = createSourcesAt(deps.sources, { modules }, undefined);
  return {
    engine,
    pool,
    inspection,
    modules,
    installation,
    selenium: async () => (await locateSelenium()).selenium,
    fetchInside: (containerId, requests) =>
      fetchInside({ engine, containerId, layout, php: config.mftf.php }, requests),
    temporaryContainer: (image) => createDoctorContainer(deps, engine, image),
    newest,
    async tryPatches(checkout, container) {
      const { patches } = await readPatches(readers, config.mftf.patches, checkout);
      return tryPatches({ engine, containerId: await container(), layout, readers }, patches);
    },
    valuesOf: async (environment) =>
      (await readEnvFiles({ ...deps, engine, readers }, environment, (await newest(environment)).testModules))
        .values,
  };
}
