import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { isMissingFile } from '../../files/missing-file.ts';
import { formatEnvFile, parseEnvFile } from '../../model/env-file/env-file.ts';
import { seemsSecret } from '../../model/env-file/env-import.ts';
import { type Environment, isEnvironmentCode } from '../../model/environment.ts';
import { groupBy } from '../../model/group-by.ts';
import { createRedactor } from '../run/redact.ts';

/** A variable with its value readable. */
export interface EnvValue {
  name: string;
  value: string;
  secret: boolean;
}

/** Where a value comes from, in the order of the layers: a later one wins. */
export const envLayers = ['default', 'global', 'module', 'environment', 'infrastructure'] as const;
export type EnvLayer = (typeof envLayers)[number];

/** A value for people; it is `undefined` where it is secret. */
export interface LayeredValue {
  name: string;
  value: string | undefined;
  secret: boolean;
  from: EnvLayer;
  /** What the layers below say of the name, the nearest first. */
  overrides: { from: EnvLayer; value: string | undefined }[];
}

export interface EnvFilesInput {
  environment: Pick<Environment, 'code' | 'baseUrl' | 'backendName' | 'adminUsername'>;
  /** `undefined`: the module's file has it, or nobody does. */
  adminPassword: string | undefined;
  globals: EnvValue[];
  variables: EnvValue[];
  /** The text of `Cron/data/.env.<code>`, see `readModuleEnvFile`. */
  moduleFile: string;
  /** What MFTF may take for the names of the test module, see `moduleNames`. */
  moduleNames: string[];
  /** See `seleniumValues`. */
  selenium: SeleniumValues;
}

/** The address of Selenium: what the settings of matre say holds for all; their defaults give way to everybody. */
export interface SeleniumValues {
  explicit: EnvValue[];
  defaults: EnvValue[];
}

export interface EnvFiles {
  /** For `dev/tests/acceptance/.env`. Holds secrets: only for a tmpfs, mode 0600. */
  env: string;
  /** For `dev/tests/acceptance/.credentials`. The same holds. */
  credentials: string;
  /** What won, secrets too, in the order of the names. */
  values: EnvValue[];
  /** The same for people, with what was overridden. */
  layers: LayeredValue[];
  /** The secret values, to be hidden in logs. */
  secrets: string[];
}

/** The path of the module's values for an environment, below its folder. */
export function moduleEnvPath(code: string): string {
  if (!isEnvironmentCode(code)) throw new Fault('INPUT_INVALID', `${JSON.stringify(code)} is not a code.`);
  return `Cron/data/.env.${code}`;
}

/** Errors: MODULE_ENV_FILE_MISSING when the file is not there or has nothing in it. */
export async function readModuleEnvFile(checkout: string, code: string, commit: string): Promise<string> {
  const path = moduleEnvPath(code);
  const missing = (why: string) =>
    new Fault('MODULE_ENV_FILE_MISSING', `${path} ${why} in the test module at commit ${commit}.`);
  const text = await readFile(join(checkout, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (isMissingFile(error)) throw missing('is not there');
    if (error.code === 'EISDIR') throw missing('is a folder');
    throw error;
  });
  if (text.trim() === '') throw missing('is empty');
  return text;
}

/**
 * The files that MFTF reads its values from, in layers. A reference in the module's file takes the environment's own value
 * of a name before that of the file, since that is the one that will hold.
 *
 * Errors: MODULE_INVALID when the module's file cannot be read as an env file, INPUT_INVALID for a value that the files
 * cannot hold.
 */
export function buildEnvFiles(input: EnvFilesInput): EnvFiles {
  const { environment, adminPassword, globals, selenium } = input;
  const own = [
    ...input.variables,
    publicValue('MAGENTO_BASE_URL', environment.baseUrl),
    publicValue('MAGENTO_BACKEND_NAME', environment.backendName),
    publicValue('MAGENTO_ADMIN_USERNAME', environment.adminUsername),
  ];
  if (adminPassword !== undefined) {
    own.push({ name: 'MAGENTO_ADMIN_PASSWORD', value: adminPassword, secret: true });
  }
  const infrastructure = [
    ...selenium.explicit,
    // With true, a suite's end closes all sessions of the server, those of other runs too (read in MFTF's suite template).
    publicValue('SELENIUM_CLOSE_ALL_SESSIONS', 'false'),
  ];
  const lowerValues = [...selenium.defaults, ...globals];
  const layers: [EnvLayer, EnvValue[]][] = [
    ['default', selenium.defaults],
    ['global', globals],
    ['module', readLayer(input.moduleFile, environment.code, lowerValues, [...own, ...infrastructure])],
    ['environment', own],
    ['infrastructure', infrastructure],
  ];

  const allValues: (EnvValue & { from: EnvLayer })[] = layers.flatMap(([from, values]) =>
    values.map((value) => ({ ...value, from })),
  );
  allValues.push(allowModules(allValues, input.moduleNames));
  const merged = new Map(allValues.map((value) => [value.name, value]));
  const values = [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const secrets = values.filter(({ secret, value }) => secret && value !== '');
  return {
    env: formatEnvFile(values),
    credentials: formatCredentials(secrets),
    values,
    layers: toLayeredValues(allValues),
    secrets: secrets.map(({ value }) => value),
  };
}

/** By name. A name that is secret in one layer is so in all: another layer may have held the same value. */
function toLayeredValues(allValues: readonly (EnvValue & { from: EnvLayer })[]): LayeredValue[] {
  const names = [...groupBy(allValues, ({ name }) => name)].sort(([a], [b]) => (a < b ? -1 : 1));
  // A value may be put together from others, such as an address with a password in it.
  const redactor = createRedactor(allValues.filter(({ secret }) => secret).map(({ value }) => value));
  return names.flatMap(([name, entries]) => {
    const secret = entries.some((entry) => entry.secret);
    const shown = entries.map(({ from, value }) => ({
      from,
      value: secret ? undefined : redactor.text(value),
    }));
    const [own, ...overrides] = shown.reverse();
    return own ? [{ name, ...own, secret, overrides }] : [];
  });
}

/**
 * MFTF reads XML again when a test makes data, of enabled modules only. The shop under test does not know the test module, so
 * it must be allowed by name, or its data "does not exist" (measured with 3.8).
 */
function allowModules(allValues: readonly EnvValue[], modules: string[]): EnvValue & { from: EnvLayer } {
  const name = 'MODULE_ALLOWLIST';
  const lastValue = allValues.findLast((value) => value.name === name);
  const listed = lastValue?.value.split(',').map((entry) => entry.trim()) ?? [];
  const all = [...listed.filter((entry) => entry !== ''), ...modules];
  return { name, value: [...new Set(all)].join(','), secret: false, from: 'infrastructure' };
}

function readLayer(text: string, code: string, globals: EnvValue[], winning: EnvValue[]): EnvValue[] {
  const winningValues = new Map(winning.map(({ name, value }) => [name, value]));
  const lowerValues = new Map(globals.map(({ name, value }) => [name, value]));
  const secretByName = new Map([...globals, ...winning].map(({ name, secret }) => [name, secret]));
  try {
    const { entries } = parseEnvFile(
      text,
      (name, earlier) => winningValues.get(name) ?? earlier ?? lowerValues.get(name),
    );
    return entries.map(({ name, value }) => ({
      name,
      value,
      secret: secretByName.get(name) || seemsSecret(name),
    }));
  } catch (error) {
    if (!isFault(error, 'ENV_FILE_INVALID')) throw error;
    throw new Fault('MODULE_INVALID', `${moduleEnvPath(code)}: ${error.message}`, { cause: error });
  }
}

/** Names that MFTF wants elsewhere than in `magento/` (read in `Tfa/OTP.php`). */
const credentialKeys: Record<string, string> = { OTP_SHARED_SECRET: 'magento/tfa/OTP_SHARED_SECRET' };

/**
 * One `key=value` a line, without any quoting; MFTF splits at the first `=` (read in `FileStorage.php`). MFTF 5 takes the
 * password of the administrator from here, 3 from `.env`; both have it. Secrets of several lines are in `.env` alone.
 */
function formatCredentials(secrets: EnvValue[]): string {
  return secrets
    .filter(({ name, value }) => {
      if (!/[\n\r]/.test(value)) return true;
      if (name !== 'MAGENTO_ADMIN_PASSWORD') return false;
      throw new Fault(
        'INPUT_INVALID',
        `The value of ${name} has a line break, which .credentials cannot hold.`,
      );
    })
    .map(({ name, value }) => `${credentialKeys[name] ?? `magento/${name}`}=${value}\n`)
    .join('');
}

const publicValue = (name: string, value: string): EnvValue => ({ name, value, secret: false });

/**
 * The address of Selenium as the containers reach it. Where no host is set it is the machine that matre runs on: containers of
 * Docker see it as host.docker.internal (a default of MATRE_EXTRA_HOSTS), the sandbox and Docker's host network share its
 * loopback.
 */
export function seleniumValues(
  config: Pick<Config, 'selenium' | 'pool' | 'described'>,
  engine: 'docker' | 'sandbox',
): SeleniumValues {
  const { protocol, host, port, path } = config.selenium;
  const ownHost =
    engine === 'docker' && config.pool.network !== 'host' ? 'host.docker.internal' : '127.0.0.1';
  const values = [
    publicValue('SELENIUM_PROTOCOL', protocol),
    publicValue('SELENIUM_HOST', host ?? ownHost),
    publicValue('SELENIUM_PORT', String(port)),
    publicValue('SELENIUM_PATH', path),
  ];
  const set = new Set<string>(
    config.described.filter(({ source }) => source !== 'default').map(({ name }) => name),
  );
  return {
    explicit: values.filter(({ name }) => set.has(name)),
    defaults: values.filter(({ name }) => !set.has(name)),
  };
}
