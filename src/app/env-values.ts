import type { Config } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { Layout } from '../mftf/container/layout.ts';
import { buildEnvFiles, readModuleEnvFile, seleniumValues } from '../mftf/module/env-files.ts';
import { listModuleNames } from '../mftf/module/list-module-names.ts';
import { createSecretRule, type SecretRule } from '../model/env-file/secret-rule.ts';
import type { Environment } from '../model/environment.ts';
import type { Environments } from '../store/tables/environments.ts';
import type { Variables } from '../store/tables/variables.ts';
import type { Threads } from '../threads/threads.ts';

interface Tables {
  environments: Environments;
  variables: Variables;
}

/** The rule for variables, with the names of the settings. */
export function secretRuleOf({ mftf }: Pick<Config, 'mftf'>): SecretRule {
  return createSecretRule({ secretNames: mftf.secretVariables, plainNames: mftf.plainVariables });
}

/** The stored values that an environment has for its tests. */
export async function readStoredValues({ environments, variables }: Tables, environment: Environment) {
  const [globals, own, adminPassword, shopCredentials] = await Promise.all([
    variables.readAll('global'),
    variables.readAll(environment.id),
    environments.readPassword(environment.id),
    environments.readShopCredentials(environment.id),
  ]);
  return { globals, variables: own, adminPassword, shopCredentials };
}

/** The env files that MFTF reads for an environment at a checkout of the module. Errors: MODULE_ENV_FILE_MISSING. */
export async function readEnvFiles(
  deps: Tables & { config: Config; engine: Engine; readers: Threads; layout: Layout },
  environment: Environment,
  checkout: { id: string; path: string },
) {
  return buildEnvFiles({
    environment,
    ...(await readStoredValues(deps, environment)),
    moduleFile: await readModuleEnvFile(checkout.path, environment.code, checkout.id),
    moduleNames: await listModuleNames(deps.readers, checkout, deps.layout),
    selenium: seleniumValues(deps.config, deps.engine.kind),
    rule: secretRuleOf(deps.config),
  });
}
