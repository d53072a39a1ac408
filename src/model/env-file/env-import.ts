import type { EnvEntry } from './env-file.ts';

/** The fields of an environment that an env file may set, by the name that MFTF has for them. */
export const importedFields = {
  MAGENTO_BASE_URL: 'baseUrl',
  MAGENTO_BACKEND_NAME: 'backendName',
  MAGENTO_ADMIN_USERNAME: 'adminUsername',
  MAGENTO_ADMIN_PASSWORD: 'adminPassword',
} as const;

export type ImportedField = (typeof importedFields)[keyof typeof importedFields];

/** What an environment has now, with secrets readable: only equal values are left alone. */
export interface ImportTarget {
  fields: Partial<Record<ImportedField, string>>;
  variables: { name: string; value: string; secret: boolean }[];
}

/** One line of what an import would do. A field and a variable differ in `field` alone. */
export interface ImportChange {
  /** As in the file. */
  name: string;
  value: string;
  secret: boolean;
  field: ImportedField | undefined;
}

export interface ImportPlan {
  /** There was nothing before. */
  added: ImportChange[];
  /** There was another value before. */
  changed: ImportChange[];
  unchanged: ImportChange[];
  /** Names that are taken as secret because of what they are called; a person may know better. */
  secretGuesses: string[];
}

/** Whether a name looks like that of a secret. `KEY` counts as a word: `API_KEY`, `KEY_ID`, not `KEYBOARD`. */
export function seemsSecret(name: string): boolean {
  return /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|(?:^|_|API|ACCESS)KEY(?:S?$|_)/i.test(
    name,
  );
}

/**
 * What it would change to import the entries of an env file into an environment. What the file does not name stays. A
 * variable that is secret already stays secret, whatever its name; one that was said to be none stays none.
 */
export function planImport(target: ImportTarget, entries: readonly EnvEntry[]): ImportPlan {
  const plan: ImportPlan = { added: [], changed: [], unchanged: [], secretGuesses: [] };
  const variables = new Map(target.variables.map((variable) => [variable.name, variable]));

  for (const { name, value } of entries) {
    const field = Object.hasOwn(importedFields, name)
      ? importedFields[name as keyof typeof importedFields]
      : undefined;
    const known = variables.get(name);
    const before = field ? target.fields[field] : known?.value;
    const secret = field ? field === 'adminPassword' : (known?.secret ?? seemsSecret(name));
    if (secret && !field && !known) plan.secretGuesses.push(name);

    const change = { name, value, secret, field };
    if (before === undefined) plan.added.push(change);
    else if (before === value) plan.unchanged.push(change);
    else plan.changed.push(change);
  }
  return plan;
}
