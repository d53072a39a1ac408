import type { EnvEntry } from './env-file.ts';
import { importedFields } from './env-import.ts';
import { formatEnvFile } from './format-env-file.ts';
import type { SecretRule } from './secret-rule.ts';

/** What an export has instead of secrets, and of values that the reader may not see. An import keeps the stored value. */
const placeholders = { secret: '(secret)', hidden: '(hidden)' } as const;

/** A stored variable, its secret value in plain text, because it is compared with that of the file. */
export interface StoredVariable {
  name: string;
  value: string;
  secret: boolean;
}

/** A variable that an import sets. */
export interface VariableChange extends StoredVariable {
  line: number;
  /** It is new, and taken as secret because of its name or value. */
  isGuess: boolean;
}

export interface VariableImportPlan {
  added: VariableChange[];
  changed: VariableChange[];
  /** Names whose stored value stays, also because the file has the placeholder of an export. */
  unchanged: string[];
  /** Names that the file lacks, and that are removed. */
  removed: string[];
  /** Names that the file lacks, and that stay. */
  stays: string[];
  /** Names that are left out. */
  ignored: { name: string; line: number; reason: string }[];
}

interface Options {
  /** Removes the variables that the file lacks. */
  replace: boolean;
  /** Names that are not secret, and that are secret, whatever they look like and were before. */
  plain: readonly string[];
  secret: readonly string[];
  rule: SecretRule;
}

/**
 * What an import of the entries of an env file would change in the variables of one scope. A stored variable stays secret, or not secret; a
 * new one is secret by its name or value.
 */
export function planVariableImport(
  stored: readonly StoredVariable[],
  entries: readonly EnvEntry[],
  { replace, plain, secret, rule }: Options,
): VariableImportPlan {
  const before = new Map(stored.map((variable) => [variable.name, variable]));
  const plan: VariableImportPlan = {
    ...{ added: [], changed: [], unchanged: [], removed: [], stays: [], ignored: [] },
  };
  for (const { name, value, line } of entries) {
    const old = before.get(name);
    const isPlaceholder = value === placeholders.secret || value === placeholders.hidden;
    const reason = Object.hasOwn(importedFields, name)
      ? 'it is a setting of environments (matre env edit)'
      : isPlaceholder && old === undefined
        ? `${value} is the placeholder of an export, and there is no stored value`
        : undefined;
    if (reason !== undefined) {
      plan.ignored.push({ name, line, reason });
      continue;
    }
    const isSecret = secret.includes(name)
      ? true
      : plain.includes(name)
        ? false
        : (old?.secret ?? rule.isSecret(name, value));
    const isGuess = isSecret && old === undefined && !secret.includes(name);
    const change = { name, value, secret: isSecret, line, isGuess };
    if (old === undefined) plan.added.push(change);
    else if (isPlaceholder || (old.value === value && old.secret === isSecret)) plan.unchanged.push(name);
    else plan.changed.push(change);
  }
  const names = new Set(entries.map(({ name }) => name));
  const missing = stored.map(({ name }) => name).filter((name) => !names.has(name));
  if (replace) plan.removed.push(...missing);
  else plan.stays.push(...missing);
  return plan;
}

/**
 * The text of an env file with variables, each below its description. A value that is `undefined` is a placeholder, which `planVariableImport`
 * reads as the stored value. Errors: as of `formatEnvFile`.
 */
export function formatVariables(
  variables: readonly { name: string; value: string | undefined; secret: boolean; description: string }[],
): string {
  return variables
    .map(({ name, value, secret, description }) => {
      const comment = description === '' ? '' : `# ${description}\n`;
      const text = value ?? (secret ? placeholders.secret : placeholders.hidden);
      return comment + formatEnvFile([{ name, value: text }]);
    })
    .join('');
}
