import type { Config } from '../../config/config.ts';
import type { Environment } from '../../model/environment.ts';
import { type EnvironmentSources, resolveSources } from '../../modules/environment-sources.ts';
import type { ContainerSources } from '../../pool/specification.ts';
import type { Environments } from '../../store/tables/environments.ts';

/** Which image and which test modules are those of an environment. */
export interface Sources {
  /** Without an environment those of the settings. Errors: CONFIG_INVALID, SECRET_KEY_WRONG. */
  of(environment: Environment | undefined): Promise<EnvironmentSources>;
  /** Of the environments that have other ones than the settings, by id. */
  ofContainers(): Promise<ReadonlyMap<number, ContainerSources>>;
}

export function createSources({
  config,
  environments,
}: {
  config: Pick<Config, 'module' | 'pool'>;
  environments: Pick<Environments, 'list' | 'readModules'>;
}): Sources {
  return {
    async of(environment) {
      const hasOwn = environment !== undefined && environment.modules.length > 0;
      const modules = hasOwn ? await environments.readModules(environment.id) : [];
      return resolveSources(config, { image: environment?.image, modules });
    },

    async ofContainers() {
      const own = (await environments.list()).filter(
        ({ image, modules }) => image !== undefined || modules.length > 0,
      );
      return new Map(
        own.map(({ id, image, modules }) => {
          const targets = modules.map(({ target }) => target ?? config.module.target);
          return [id, { image: image ?? config.pool.image, targets }];
        }),
      );
    },
  };
}
