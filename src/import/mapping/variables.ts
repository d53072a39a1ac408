import type { SecretRule } from '../../model/env-file/secret-rule.ts';
import { maxVariableDescriptionLength } from '../../model/limits.ts';
import type { PhpEnvironment, PhpVariable } from '../records.ts';
import { environmentVariables, type ModuleValues } from './environments.ts';
import { countOf, type Fields, type Item, type Mapped, toDescription } from './item.ts';

/** php-matre writes them over all others, from its .env. */
const ofItsEnvFile = ['SELENIUM_HOST', 'SELENIUM_PORT', 'WAIT_TIMEOUT'];

/** Variables of all environments and of single ones. The value of the module's file wins there, so a variable without effect is left out. */
export function mapVariables(
  variables: readonly PhpVariable[],
  deps: {
    environments: readonly PhpEnvironment[];
    codes: ReadonlyMap<number, string>;
    moduleValues: ModuleValues;
    rule: Pick<SecretRule, 'isSecret'>;
  },
): Mapped {
  const { environments, codes, moduleValues, rule } = deps;
  const items = new Map<string, Item>();
  const leftovers: Mapped['leftovers'] = [];
  const leave = (name: string, reason: string) => leftovers.push({ kind: 'variable', name, reason });
  const isInAllFiles = (name: string) =>
    environments.length > 0 && environments.every(({ code }) => moduleValues.get(code)?.has(name));

  // A later row replaces an earlier one of the same name there.
  for (const variable of variables) {
    const { name, value } = variable;
    if (ofItsEnvFile.includes(name)) {
      leave(name, 'php-matre replaces it by a value of its .env');
      continue;
    }
    if (environmentVariables.includes(name)) {
      leave(name, 'it is a field of the environments here');
      continue;
    }
    const add = (scope: string, sourceId: string) => {
      if (items.has(sourceId)) leave(name, `a later row of the same name wins (${scope})`);
      const secret: Fields = rule.isSecret(name, value) ? { secret: 'true' } : {};
      const { description, notes } = toDescription(variable.description, maxVariableDescriptionLength);
      items.set(sourceId, {
        ...{ kind: 'variable', sourceId, here: `${scope}:${name}` },
        notes: secret['secret'] ? ['stored as a secret', ...notes] : notes,
        there: `${name} (${scope === 'global' ? 'all environments' : scope})`,
        fields: { value, ...secret, ...(description && { description }) },
      });
    };
    if (variable.environments.length === 0) {
      if (isInAllFiles(name))
        leave(name, 'the files of the test module have it for all environments, and win');
      else add('global', `global:${name}`);
    }
    for (const phpCode of variable.environments) {
      const own = environments.filter(({ id, code }) => code === phpCode && codes.has(id));
      if (own.length === 0) leave(name, `no environment has the code ${phpCode}`);
      else if (moduleValues.get(phpCode)?.has(name)) {
        leave(name, `Cron/data/.env.${phpCode} of the test module has it, and wins`);
      } else for (const { id } of own) add(codes.get(id) ?? '', `${id}:${name}`);
    }
  }
  const withTests = variables.filter(({ namesTests }) => namesTests).length;
  if (withTests > 0) {
    const reason = 'matre finds the tests that read a variable in the test module';
    leftovers.push({ kind: 'lists of tests', name: countOf(withTests, 'variable'), reason });
  }
  return { items: [...items.values()], leftovers };
}
