import type { Config } from '../../config/config.ts';
import type { Engine } from '../../engine/engine.ts';
import { providedNames } from '../../mftf/closure/variables.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import {
  buildEnvFiles,
  credentialKey,
  type EnvFiles,
  findModuleEnvFile,
  seleniumValues,
} from '../../mftf/module/env-files.ts';
import { listModuleNames } from '../../mftf/module/list-module-names.ts';
import { createSecretRule, type SecretRule } from '../../model/env-file/secret-rule.ts';
import type { Environment } from '../../model/environment.ts';
import type { Environments } from '../../store/tables/environments.ts';
import type { ReadingClaim, Variables } from '../../store/tables/variables.ts';
import type { Threads } from '../../threads/threads.ts';

interface Tables {
  environments: Environments;
  variables: Variables;
}

/** The rule for variables, with the names of the settings. */
export function secretRuleOf({ mftf }: Pick<Config, 'mftf'>): SecretRule {
  return createSecretRule({ secretNames: mftf.secretVariables, plainNames: mftf.plainVariables });
}

/** The stored values that an environment has for its tests: now, or at the start of the attempt of a claim. */
export async function readStoredValues(
  { environments, variables }: Tables,
  environment: Environment,
  claim?: ReadingClaim,
) {
  const [globals, own, adminPassword, shopCredentials] = await Promise.all([
    variables.readAll('global', claim),
    variables.readAll(environment.id, claim),
    environments.readPassword(environment.id),
    environments.readShopCredentials(environment.id),
  ]);
  return { globals, variables: own, adminPassword, shopCredentials };
}

/** The env files that MFTF reads for an environment with its test modules. Errors: MODULE_ENV_FILE_MISSING. */
export async function readEnvFiles(
  deps: Tables & { config: Config; engine: Engine; readers: Threads },
  environment: Environment,
  testModules: CheckedOutModules,
) {
  return buildEnvFiles({
    environment,
    ...(await readStoredValues(deps, environment)),
    moduleFile: (await findModuleEnvFile(testModules, environment.code)).text,
    moduleNames: await listModuleNames(deps.readers, testModules),
    selenium: seleniumValues(deps.config, deps.engine.kind),
    rule: secretRuleOf(deps.config),
  });
}

/** How tests may name the values of an environment. */
export function referencesOf(files: EnvFiles) {
  const { credentials } = providedNames(files);
  const keys = new Set(credentials);
  return files.values.map(({ name }) => {
    const key = credentialKey(name);
    return { name, credential: keys.has(key) ? key : undefined };
  });
}
