import { createHash } from 'node:crypto';
import { formatEnvFile } from '../../model/env-file/format-env-file.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Layout } from '../container/layout.ts';
import type { EnvValue } from '../module/env-files.ts';

/** To be incremented when the content of snapshots or the call of MFTF changes. */
const format = 1;

/**
 * The variables that MFTF writes into generated files, or that decide which files it reads. Source: every `getenv` and `$_ENV`
 * of MFTF 3.0 to 6.0, and comparisons of generations that differ in one variable, see docs/generation.md.
 */
export const embeddedVariables: readonly string[] = [
  'WAIT_TIMEOUT',
  'MAGENTO_CLI_WAIT_TIMEOUT',
  'DEFAULT_TIMEZONE',
  'ENABLE_PAUSE',
  'ALLOW_SKIPPED',
  'MODULE_ALLOWLIST',
  'MODULE_WHITELIST',
  'CUSTOM_MODULE_PATHS',
  'MAGENTO_BP',
  'TESTS_BP',
  'TESTS_MODULE_PATH',
];

/**
 * The `.env` for generation. It only has variables that are part of the key, so generated files cannot depend on anything else of
 * an environment. `more` are further names from the settings.
 */
export function generationEnv(values: EnvValue[], more: readonly string[]): string {
  const visibleNames = new Set([...embeddedVariables, ...more]);
  return formatEnvFile(values.filter(({ name }) => visibleNames.has(name)));
}

/** Everything that a generation depends on. */
export interface GenerationInputs {
  /** The image has MFTF, PHP and the Magento tree. */
  imageId: string;
  /** The digest of the files of the framework that differ from those of the image; `undefined` without any. */
  patches: string | undefined;
  /**
   * Identifies the XML that MFTF reads: the commit of the module with the enabled modules, or the digest of the files that the tests
   * need, in the order in which they are merged.
   */
  source: string;
  /** See `generationEnv`. */
  env: string;
  /** The PHP command. */
  php: string;
  layout: Layout;
  tests: PlannedTest[];
}

/** The `source` of a generation from the whole tree. `modules` are in the order in which MFTF merges them; `undefined`: all. */
export function wholeTreeSource(commit: string, modules: readonly string[] | undefined): string {
  return modules === undefined ? commit : JSON.stringify([commit, modules]);
}

/** A key of the inputs that does not depend on the order of the tests: 64 hexadecimal digits. */
export function generationKey(inputs: GenerationInputs): string {
  const { imageId, patches, source, env, php, layout, tests } = inputs;
  const names = tests.map(({ name, suite }) => `${suite ?? ''}:${name}`).sort();
  // MFTF writes paths below the root and the name of the module's folder into what it generates.
  const places = [layout.root, layout.module];
  // Without patches the key is that of versions of matre without them, which share the snapshots.
  const all = [format, imageId, source, env, php, places, names, ...(patches === undefined ? [] : [patches])];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}
