import { createHash } from 'node:crypto';
import { formatEnvFile } from '../../model/env-file/env-file.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { Layout } from '../container/layout.ts';
import type { EnvValue } from '../module/env-files.ts';

/** Changes when what matre stores, or how it calls MFTF, does. */
const format = 1;

/**
 * The variables that MFTF bakes into what it generates, or that decide which files it reads. Source: every `getenv` and `$_ENV`
 * of MFTF 3.0 to 6.0, and the bytes of generations that differ in one variable, see docs/generation.md.
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
 * The `.env` that MFTF sees while it generates. It holds nothing but what is part of the key, so what is generated cannot
 * depend on anything else of an environment. `more` are names that the operator adds.
 */
export function generationEnv(values: EnvValue[], more: readonly string[]): string {
  const read = new Set([...embeddedVariables, ...more]);
  return formatEnvFile(values.filter(({ name }) => read.has(name)));
}

/** All that a generation depends on. */
export interface GenerationInputs {
  /** Of the image: MFTF, PHP, the Magento tree. */
  imageId: string;
  /** What stands for the XML that MFTF reads: the commit of the module, or the digest of the files that the tests need. */
  source: string;
  /** See `generationEnv`. */
  env: string;
  /** The PHP command. */
  php: string;
  layout: Layout;
  tests: PlannedTest[];
}

/** The same for the same inputs, whatever the order of the tests: 64 hexadecimal digits. */
export function generationKey(inputs: GenerationInputs): string {
  const { imageId, source, env, php, layout, tests } = inputs;
  const names = tests.map(({ name, suite }) => `${suite ?? ''}:${name}`).sort();
  // MFTF writes paths below the root and the name of the module's folder into what it generates.
  const places = [layout.root, layout.module];
  const all = [format, imageId, source, env, php, places, names];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}
