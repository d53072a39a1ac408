import { splitBaseUrl } from '../../model/address/base-url.ts';
import { isEnvironmentCode } from '../../model/environment.ts';
import type { PhpEnvironment, PhpVariable } from '../records.ts';
import { createNames, type Item, type Mapped } from './item.ts';

/** The values of `Cron/data/.env.<code>` in the test module, by code. */
export type ModuleValues = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface MappedEnvironments extends Mapped {
  /** The codes here by id there. */
  codes: Map<number, string>;
}

/** Variables that are fields of an environment. */
export const environmentVariables = [
  'MAGENTO_BASE_URL',
  'MAGENTO_BACKEND_NAME',
  'MAGENTO_ADMIN_USERNAME',
  'MAGENTO_ADMIN_PASSWORD',
];

const inactiveReason = 'inactive in php-matre';

/** Environments by the values that tests get there: those of the module's file, then variables, then what the list of environments says. */
export function mapEnvironments(
  environments: readonly PhpEnvironment[],
  variables: readonly PhpVariable[],
  moduleValues: ModuleValues,
): MappedEnvironments {
  const mapped: MappedEnvironments = { items: [], leftovers: [], codes: new Map() };
  const names = createNames((code) => code);
  for (const environment of environments) {
    const { id, name, code: phpCode, region, baseUrl, active } = environment;
    const legal = codeOf(phpCode);
    const code = legal && claimCode(names, legal, region);
    if (code === undefined) {
      mapped.leftovers.push({
        kind: 'environment',
        name,
        reason: `its code ${JSON.stringify(phpCode)} names no file`,
      });
      continue;
    }
    mapped.codes.set(id, code);
    const value = valueReader(phpCode, variables, moduleValues);
    const notes: string[] = [];
    if (code !== phpCode) {
      notes.push(`its code ${phpCode} becomes ${code}: the test module needs Cron/data/.env.${code}`);
    } else if (moduleValues.size > 0 && !moduleValues.has(code)) {
      notes.push(`its runs are broken as long as the test module has no Cron/data/.env.${code}`);
    }
    const url = value('MAGENTO_BASE_URL') ?? baseUrl;
    if (withSlash(url) !== withSlash(baseUrl)) {
      notes.push(`tests get ${splitBaseUrl(url).url}, which is not the address in its list`);
    }
    const adminUsername = environment.adminUsername ?? value('MAGENTO_ADMIN_USERNAME');
    if (adminUsername === undefined) {
      notes.push('its administrator is not known there: "admin" is assumed (give --module, or correct it)');
    }
    // The file of the module keeps the password that it has.
    const isInFile = moduleValues.get(phpCode)?.has('MAGENTO_ADMIN_PASSWORD');
    const adminPassword = isInFile
      ? undefined
      : (environment.adminPassword ?? value('MAGENTO_ADMIN_PASSWORD'));
    mapped.items.push({
      ...{ kind: 'environment', sourceId: String(id), there: name, here: code, notes },
      fields: {
        ...{ name, baseUrl: withSlash(url), adminUsername: adminUsername ?? 'admin' },
        backendName: (value('MAGENTO_BACKEND_NAME') ?? environment.backendName) || 'admin',
        ...(adminPassword && { adminPassword }),
        ...(!active && { paused: inactiveReason }),
      },
    } satisfies Item);
    if (environment.unusedVariables.length > 0) {
      const list = environment.unusedVariables.join(', ');
      const reason = `no test of php-matre gets them: ${list}`;
      mapped.leftovers.push({ kind: 'variables of the environment', name, reason });
    }
    if (environment.hasDescription) {
      mapped.leftovers.push({
        kind: 'description of the environment',
        name,
        reason: 'environments have none here',
      });
    }
  }
  return mapped;
}

const withSlash = (url: string) => url.trim().replace(/\/*$/, '/');

/** Lower case and without other characters than a code may have; `undefined` when nothing is left. */
function codeOf(text: string): string | undefined {
  const code = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 63);
  return isEnvironmentCode(code) ? code : undefined;
}

/** Several environments there may have one code, with different regions. */
function claimCode(names: ReturnType<typeof createNames>, code: string, region: string): string {
  const first = names.claim(code, '-');
  if (first === code) return code;
  const withRegion = codeOf(`${code}-${region}`);
  return withRegion !== undefined && withRegion !== code ? names.claim(withRegion, '-') : first;
}

/** The value that tests of an environment get there; `undefined` for none. */
function valueReader(
  code: string,
  variables: readonly PhpVariable[],
  moduleValues: ModuleValues,
): (name: string) => string | undefined {
  return (name) => {
    const own = variables.filter((variable) => variable.name === name);
    const text =
      moduleValues.get(code)?.get(name) ??
      own.findLast(({ environments }) => environments.includes(code))?.value ??
      own.findLast(({ environments }) => environments.length === 0)?.value;
    return text?.trim() || undefined;
  };
}
