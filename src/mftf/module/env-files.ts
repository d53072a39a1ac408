import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { isMissingFile } from '../../files/missing-file.ts';
import { joinBaseUrl, maskCredentials, secretsOf, splitBaseUrl } from '../../model/address/base-url.ts';
import { decodeEnvFile, maxEnvFileBytes } from '../../model/env-file/decode.ts';
import { parseEnvFile } from '../../model/env-file/env-file.ts';
import { isSameBaseUrl } from '../../model/env-file/env-import.ts';
import { formatEnvFile } from '../../model/env-file/format-env-file.ts';
import { type SecretRule, secretTextsOf } from '../../model/env-file/secret-rule.ts';
import { type Environment, isEnvironmentCode } from '../../model/environment.ts';
import { groupBy } from '../../model/group-by.ts';
import { maxHiddenTexts } from '../../model/limits.ts';
import { createRedactor } from '../redaction/redactor.ts';
import type { InstalledModule } from './installed-module.ts';

/** A variable with its decrypted value. */
export interface EnvValue {
  name: string;
  value: string;
  secret: boolean;
}

/** The layers of values in their order: a later one wins. */
export const envLayers = ['default', 'global', 'module', 'environment', 'infrastructure'] as const;
export type EnvLayer = (typeof envLayers)[number];

/** A value to show; `undefined` when it is secret. */
export interface LayeredValue {
  name: string;
  value: string | undefined;
  secret: boolean;
  from: EnvLayer;
  /** The values of the layers below, the nearest first. */
  overrides: { from: EnvLayer; value: string | undefined }[];
}

export interface EnvFilesInput {
  environment: Pick<Environment, 'code' | 'baseUrl' | 'backendName' | 'adminUsername'>;
  /** `undefined`: the module's file has it, or it is not set. */
  adminPassword: string | undefined;
  /** The user and password of the base URL, see `BaseUrl`. */
  shopCredentials: string | undefined;
  globals: EnvValue[];
  variables: EnvValue[];
  /** The text of `Cron/data/.env.<code>`, see `readModuleEnvFile`. */
  moduleFile: string;
  /** The possible names of the test module in MFTF, see `moduleNames`. */
  moduleNames: string[];
  /** See `seleniumValues`. */
  selenium: SeleniumValues;
  rule: SecretRule;
}

/** The address of Selenium: explicit settings of matre win over all layers, and defaults are the lowest layer. */
export interface SeleniumValues {
  explicit: EnvValue[];
  defaults: EnvValue[];
}

export interface EnvFiles {
  /** For `dev/tests/acceptance/.env`. It has secrets: only for a tmpfs, mode 0600. */
  env: string;
  /** For `dev/tests/acceptance/.credentials`, with secrets too. */
  credentials: string;
  /** The winning values, secrets included, sorted by name. */
  values: EnvValue[];
  /** The same to show, with the overridden values. */
  readLayers(): Promise<LayeredValue[]>;
  /** The secret values of all layers, to be hidden in logs. */
  secrets: string[];
  /** The names whose values in the module's file differ from those of the environment, which override them. */
  overridden: string[];
  /** Warnings of the module's file, with its path and lines. */
  warnings: string[];
}

/** The path of the module's values for an environment, relative to the module. Throws INPUT_INVALID. */
export function moduleEnvPath(code: string): string {
  if (!isEnvironmentCode(code)) throw new Fault('INPUT_INVALID', `${JSON.stringify(code)} is not a code.`);
  return `Cron/data/.env.${code}`;
}

/**
 * The text of the module's values for an environment. Errors: MODULE_ENV_FILE_MISSING when the file is missing or empty,
 * MODULE_INVALID when it is not UTF-8 or too large.
 */
export async function readModuleEnvFile(checkout: string, code: string, commit: string): Promise<string> {
  const path = moduleEnvPath(code);
  const missing = (problem: string) =>
    new Fault('MODULE_ENV_FILE_MISSING', `${path} ${problem} in the test module at commit ${commit}.`);
  const bytes = await readEnvFile(join(checkout, path), code).catch((error: NodeJS.ErrnoException) => {
    if (isMissingFile(error)) throw missing('is not there');
    if (error.code === 'EISDIR') throw missing('is a folder');
    throw error;
  });
  const text = ofModuleFile(code, () => decodeEnvFile(bytes));
  if (text.trim() === '') throw missing('is empty');
  return text;
}

/**
 * The text of the values for an environment, and the module that has them: the first one with the file. Errors: those of
 * `readModuleEnvFile` for the first module when none has it.
 */
export async function findModuleEnvFile<Module extends InstalledModule>(
  modules: readonly [Module, ...Module[]],
  code: string,
): Promise<{ text: string; module: Module }> {
  for (const module of modules) {
    try {
      return { text: await readModuleEnvFile(module.path, code, module.id), module };
    } catch (error) {
      if (!isFault(error, 'MODULE_ENV_FILE_MISSING')) throw error;
    }
  }
  const [{ path, id }] = modules;
  return { text: await readModuleEnvFile(path, code, id), module: modules[0] };
}

/** The bytes of the file of an environment. Errors: MODULE_INVALID when it is too large to be read, and those of the file system. */
async function readEnvFile(path: string, code: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size <= maxEnvFileBytes) return readFile(path);
  const message = `${moduleEnvPath(code)}: The file has ${size} bytes, and the limit is ${maxEnvFileBytes}.`;
  throw new Fault('MODULE_INVALID', message);
}

/**
 * Builds the files that MFTF reads its values from, by merging the layers. A reference in the module's file resolves to the
 * environment's own value of a name before that of the file, because the former wins.
 *
 * Throws MODULE_INVALID when the module's file is not a valid env file, or has too many secrets; INPUT_INVALID for a value that the
 * files cannot represent.
 */
export function buildEnvFiles(input: EnvFilesInput): EnvFiles {
  const { environment, adminPassword, globals, selenium } = input;
  const own = [
    ...input.variables,
    publicValue('MAGENTO_BASE_URL', baseUrlOf(input)),
    publicValue('MAGENTO_BACKEND_NAME', environment.backendName),
    publicValue('MAGENTO_ADMIN_USERNAME', environment.adminUsername),
  ];
  if (adminPassword !== undefined) {
    own.push({ name: 'MAGENTO_ADMIN_PASSWORD', value: adminPassword, secret: true });
  }
  const infrastructure = [
    ...selenium.explicit,
    // With true, the end of a suite closes all sessions of the server, also those of other runs (read in MFTF's suite template).
    publicValue('SELENIUM_CLOSE_ALL_SESSIONS', 'false'),
  ];
  const lowerValues = [...selenium.defaults, ...globals];
  const module = readLayer(input, lowerValues, [...own, ...infrastructure]);
  const layers: [EnvLayer, EnvValue[]][] = [
    ['default', selenium.defaults],
    ['global', globals],
    ['module', module.values],
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
  // Any address may have a user and password, such as that of a mail catcher.
  const credentials = allValues.flatMap(({ value }) => splitBaseUrl(value).credentials ?? []);
  return {
    env: formatEnvFile(values),
    credentials: formatCredentials(secrets),
    values,
    readLayers: () => toLayeredValues(allValues),
    secrets: hiddenTexts(environment.code, [
      ...secrets.flatMap(({ value }) => secretTextsOf(value)),
      ...allValues.filter(({ secret }) => secret).flatMap(({ value }) => secretTextsOf(value)),
      ...credentials.flatMap(secretsOf),
    ]),
    overridden: overriddenNames(module.values, own),
    warnings: module.warnings,
  };
}

/** Each text once. Errors: MODULE_INVALID for more than can be hidden. */
function hiddenTexts(code: string, texts: string[]): string[] {
  const distinct = [...new Set(texts)];
  if (distinct.length <= maxHiddenTexts) return distinct;
  throw new Fault(
    'MODULE_INVALID',
    `${moduleEnvPath(code)} and the variables of ${code} have ${distinct.length} secrets, lines of private keys included, and the limit is ${maxHiddenTexts}.`,
  );
}

function overriddenNames(ofModule: readonly EnvValue[], own: readonly EnvValue[]): string[] {
  const ownValues = new Map(own.map(({ name, value }) => [name, value]));
  return ofModule.flatMap(({ name, value }) => {
    const ownValue = ownValues.get(name);
    if (ownValue === undefined) return [];
    const isSame = name === 'MAGENTO_BASE_URL' ? isSameBaseUrl(value, ownValue) : value === ownValue;
    return isSame ? [] : [name];
  });
}

/** The options of `matre env edit` by the values that are fields of the environment, and no variables. */
const fieldOptions: ReadonlyMap<string, string> = new Map([
  ['MAGENTO_BASE_URL', '--base-url URL'],
  ['MAGENTO_BACKEND_NAME', '--backend-name PATH'],
  ['MAGENTO_ADMIN_USERNAME', '--admin-username NAME'],
  ['MAGENTO_ADMIN_PASSWORD', '--ask-admin-password'],
]);

/** Sentences that name the overridden values; `undefined` without any. Values do not appear: they may be secret. */
export function describeOverridden(
  code: string,
  { overridden }: Pick<EnvFiles, 'overridden'>,
): string | undefined {
  if (overridden.length === 0) return undefined;
  const options = overridden.flatMap((name) => fieldOptions.get(name) ?? []);
  const variables = overridden.filter((name) => !fieldOptions.has(name));
  const commands = [
    ...(options.length > 0 ? [`matre env edit ${code} ${options.join(' ')}`] : []),
    ...(variables.length > 0 ? [`matre env unset ${code} ${variables.join(' ')}`] : []),
  ];
  const path = moduleEnvPath(code);
  return `The environment has other values than ${path} of the test module, and overrides them: ${overridden.join(', ')}. To use the values of the file: ${commands.join('; ')}.`;
}

/**
 * The base URL of the environment with its credentials. Without its own it has those that the module's file has for the same host: the
 * file may be their only source.
 */
function baseUrlOf(input: EnvFilesInput): string {
  const { environment, shopCredentials, globals, variables } = input;
  const url = environment.baseUrl;
  if (shopCredentials !== undefined) return joinBaseUrl({ url, credentials: shopCredentials });
  const { values } = readLayer(input, globals, variables);
  const ofModule = splitBaseUrl(values.find(({ name }) => name === 'MAGENTO_BASE_URL')?.value ?? '');
  const isSameHost = URL.canParse(ofModule.url) && new URL(ofModule.url).origin === new URL(url).origin;
  return isSameHost ? joinBaseUrl({ url, credentials: ofModule.credentials }) : url;
}

/** The layers by name. A name that is secret in one layer is secret in all: another may have the same value. */
async function toLayeredValues(
  allValues: readonly (EnvValue & { from: EnvLayer })[],
): Promise<LayeredValue[]> {
  const names = [...groupBy(allValues, ({ name }) => name)].sort(([a], [b]) => (a < b ? -1 : 1));
  // A value may contain others, such as an address with a password.
  const redactor = await createRedactor(
    allValues.filter(({ secret }) => secret).flatMap(({ value }) => secretTextsOf(value)),
  );
  return names.flatMap(([name, entries]) => {
    const secret = entries.some((entry) => entry.secret);
    const values = entries.map(({ from, value }) => ({
      from,
      value: secret ? undefined : maskCredentials(redactor.text(value)),
    }));
    const [own, ...overrides] = values.reverse();
    return own ? [{ name, ...own, secret, overrides }] : [];
  });
}

/**
 * When a test creates data, MFTF reads the XML of enabled modules again. The shop under test does not have the test module, so the
 * module must be allowed by name, or its data "does not exist" (measured with 3.8).
 */
function allowModules(allValues: readonly EnvValue[], modules: string[]): EnvValue & { from: EnvLayer } {
  const name = 'MODULE_ALLOWLIST';
  const lastValue = allValues.findLast((value) => value.name === name);
  const listed = lastValue?.value.split(',').map((entry) => entry.trim()) ?? [];
  const all = [...listed.filter((entry) => entry !== ''), ...modules];
  return { name, value: [...new Set(all)].join(','), secret: false, from: 'infrastructure' };
}

function readLayer(
  { moduleFile, environment: { code }, rule }: EnvFilesInput,
  globals: EnvValue[],
  winning: EnvValue[],
): { values: EnvValue[]; warnings: string[] } {
  const winningValues = new Map(winning.map(({ name, value }) => [name, value]));
  const lowerValues = new Map(globals.map(({ name, value }) => [name, value]));
  const secretByName = new Map([...globals, ...winning].map(({ name, secret }) => [name, secret]));
  const { entries, notes } = ofModuleFile(code, () =>
    parseEnvFile(moduleFile, (name, earlier) => winningValues.get(name) ?? earlier ?? lowerValues.get(name)),
  );
  const values = entries.map(({ name, value }) => ({
    name,
    value,
    secret: secretByName.get(name) || rule.isSecret(name, value),
  }));
  const path = moduleEnvPath(code);
  return { values, warnings: notes.map(({ line, message }) => `${path} line ${line}: ${message}.`) };
}

/** Reads the module's file; an error names it. Errors: MODULE_INVALID. */
function ofModuleFile<Value>(code: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!isFault(error, 'ENV_FILE_INVALID')) throw error;
    throw new Fault('MODULE_INVALID', `${moduleEnvPath(code)}: ${error.message}`, { cause: error });
  }
}

/** Keys that MFTF expects outside `magento/` (read in `Tfa/OTP.php`). */
const credentialKeys: Record<string, string> = { OTP_SHARED_SECRET: 'magento/tfa/OTP_SHARED_SECRET' };

/** The key by which tests read a secret as `{{_CREDS.key}}`. */
export function credentialKey(name: string): string {
  return credentialKeys[name] ?? `magento/${name}`;
}

/**
 * One `key=value` a line, without any quoting; MFTF splits at the first `=` (read in `FileStorage.php`). MFTF 5 reads the
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
    .map(({ name, value }) => `${credentialKey(name)}=${value}\n`)
    .join('');
}

const publicValue = (name: string, value: string): EnvValue => ({ name, value, secret: false });

/**
 * The address of Selenium, as seen from the containers. Without a configured host it is the machine of matre: containers of Docker
 * reach it as host.docker.internal (a default of MATRE_EXTRA_HOSTS), the sandbox and Docker's host network share its loopback.
 */
export function seleniumValues(
  config: Pick<Config, 'selenium' | 'pool' | 'entries'>,
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
    config.entries.filter(({ source }) => source !== 'default').map(({ name }) => name),
  );
  return {
    explicit: values.filter(({ name }) => set.has(name)),
    defaults: values.filter(({ name }) => !set.has(name)),
  };
}
