import { splitBaseUrl } from '../address/base-url.ts';
import type { EnvEntry } from './env-file.ts';
import type { SecretRule } from './secret-rule.ts';

/** The fields of an environment that an env file may set, by their names in MFTF. */
export const importedFields = {
  MAGENTO_BASE_URL: 'baseUrl',
  MAGENTO_BACKEND_NAME: 'backendName',
  MAGENTO_ADMIN_USERNAME: 'adminUsername',
  MAGENTO_ADMIN_PASSWORD: 'adminPassword',
} as const;

export type ImportedField = (typeof importedFields)[keyof typeof importedFields];

/** The current values of an environment, secrets in plain text, because they are compared with those of the file. */
export interface ImportTarget {
  fields: Partial<Record<ImportedField, string>>;
  variables: { name: string; value: string; secret: boolean }[];
}

/** A value of an import. A field and a variable differ in `field` alone. */
export interface ImportChange {
  /** The name in the file. */
  name: string;
  value: string;
  secret: boolean;
  field: ImportedField | undefined;
}

export interface ImportPlan {
  /** There was no value before. */
  added: ImportChange[];
  /** There was another value before. */
  changed: ImportChange[];
  unchanged: ImportChange[];
  /** Names that the import leaves out: tests read their values from the module's file. */
  left: string[];
  /** Variables that are treated as secret because of their names or values; a user may correct that. */
  secretGuesses: string[];
}

/**
 * Whether a base URL of an env file changes nothing, which may lack the last slash. Without credentials it keeps the stored ones of
 * its host.
 */
export function isSameBaseUrl(ofFile: string, stored = ''): boolean {
  const [one, other] = [ofFile, stored].map((address) => splitBaseUrl(address.replace(/\/?$/, '/')));
  if (one?.url !== other?.url) return false;
  return one?.credentials === undefined || one.credentials === other?.credentials;
}

/**
 * What an import of the entries of an env file would change in an environment: its fields, secrets, and the variables that it has. Other
 * values are left to the module's file, which they would override from then on, unless `allValues` is set. Values that the file does
 * not name stay. An existing variable stays secret, or not secret, whatever its name.
 */
export function planImport(
  target: ImportTarget,
  entries: readonly EnvEntry[],
  { allValues, rule }: { allValues: boolean; rule: SecretRule },
): ImportPlan {
  const plan: ImportPlan = { added: [], changed: [], unchanged: [], left: [], secretGuesses: [] };
  const variables = new Map(target.variables.map((variable) => [variable.name, variable]));

  for (const { name, value } of entries) {
    const field = Object.hasOwn(importedFields, name)
      ? importedFields[name as keyof typeof importedFields]
      : undefined;
    const variable = variables.get(name);
    const before = field ? target.fields[field] : variable?.value;
    const isSame = field === 'baseUrl' ? isSameBaseUrl(value, before) : value === before;
    const secret = field ? field === 'adminPassword' : (variable?.secret ?? rule.isSecret(name, value));
    if (!field && !variable && !secret && !allValues) {
      plan.left.push(name);
      continue;
    }
    if (secret && !field && !variable) plan.secretGuesses.push(name);

    const change = { name, value, secret, field };
    if (before === undefined) plan.added.push(change);
    else if (isSame) plan.unchanged.push(change);
    else plan.changed.push(change);
  }
  return plan;
}
