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
   * Identifies the XML that MFTF reads: the commits of the test modules with the enabled modules, or the digest of the files that the
   * tests need, in the order in which they are merged.
   */
  source: string;
  /** See `generationEnv`. */
  env: string;
  /** The PHP command. */
  php: string;
  layout: Layout;
  /** The folders of the test modules below the root, in order. */
  targets: readonly string[];
  tests: PlannedTest[];
}

/**
 * The `source` of a generation from the whole tree: the commits of the test modules, in order, and the enabled modules in the order in
 * which MFTF merges them; `undefined`: all.
 */
export function wholeTreeSource(
  commits: readonly [string, ...string[]],
  enabled: readonly string[] | undefined,
): string {
  // The form for one module is older.
  const [commit, ...others] = commits;
  if (others.length > 0) return JSON.stringify([commits, enabled ?? null]);
  return enabled === undefined ? commit : JSON.stringify([commit, enabled]);
}

/** A key of the inputs that does not depend on the order of the tests: 64 hexadecimal digits. */
export function generationKey(inputs: GenerationInputs): string {
  const { imageId, patches, source, env, php, layout, targets, tests } = inputs;
  const names = tests.map(({ name, suite }) => `${suite ?? ''}:${name}`).sort();
  // MFTF writes paths below the root and the names of the modules' folders into what it generates.
  const places = [layout.root, ...targets.map((target) => `${layout.root}/${target}`)];
  // Without patches the key is that of versions of matre without them, which share the snapshots.
  const all = [format, imageId, source, env, php, places, names, ...(patches === undefined ? [] : [patches])];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}
