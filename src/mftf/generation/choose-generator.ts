import type { GenerationMode } from '../../model/generation.ts';
import { type CestSettings, defaultCestSettings, dialectOf, isProven } from '../cest/settings.ts';
import { folderSettings } from '../closure/closure.ts';
import type { EnvValue } from '../module/env-files.ts';
import type { Patch } from '../patches/patch-files.ts';

/** Who generates the tests of a run, and why it is MFTF. */
export type Generator = { kind: 'matre'; settings: CestSettings } | { kind: 'mftf'; reason: string };

/** Variables that change what MFTF generates in a way that matre does not write. */
const otherSwitches = ['ENABLE_PAUSE', 'ALLOW_SKIPPED'];

/**
 * Chooses who generates the tests of a run. `difference` is what a check of the image found, `mountReason` why the tree in the
 * container may differ from that of the catalog; each is `undefined` without one.
 */
export function chooseGenerator(input: {
  mode: GenerationMode;
  /** Of MFTF in the image; `undefined` when it says none. */
  version: string | undefined;
  values: readonly EnvValue[];
  /** Names of further variables that MFTF reads. */
  generationVariables: readonly string[];
  patches: readonly Patch[];
  mountReason: string | undefined;
  difference: string | undefined;
}): Generator {
  const { mode, version, values, patches, mountReason, difference } = input;
  const byMftf = (reason: string): Generator => ({ kind: 'mftf', reason });
  if (mode === 'mftf') return byMftf('MATRE_GENERATION is mftf');
  if (mountReason !== undefined) return byMftf(mountReason);
  if (version === undefined) return byMftf('the version of MFTF in the image is not known');
  const switches = [...folderSettings, ...otherSwitches, ...input.generationVariables];
  const isSet = values.find(({ name, value }) => value !== '' && switches.includes(name));
  if (isSet !== undefined) return byMftf(`${isSet.name} is set`);
  const settings = cestSettings(version, values);
  if (typeof settings === 'string') return byMftf(`${settings} has a value that only MFTF understands`);
  if (mode === 'auto') {
    if (!isProven(version))
      return byMftf(`the files of MFTF ${version} were not compared with those of matre`);
    // Such a patch may change how MFTF generates; those that come with matre do not.
    const patch = patches.find(({ kind }) => kind === 'module');
    if (patch !== undefined) return byMftf(`the framework has the patch ${patch.name}`);
    if (difference !== undefined) return byMftf(difference);
  }
  return { kind: 'matre', settings };
}

/** What MFTF reads of the values of an environment to generate tests; the name of the first one that has another form than expected. */
function cestSettings(version: string, values: readonly EnvValue[]): CestSettings | string {
  const textOf = (name: string) => values.find((value) => value.name === name)?.value || undefined;
  const seconds = /^[1-9]\d{0,8}$/;
  const forms = { WAIT_TIMEOUT: seconds, MAGENTO_CLI_WAIT_TIMEOUT: seconds, DEFAULT_TIMEZONE: /^[\w/+-]+$/ };
  for (const [name, form] of Object.entries(forms)) {
    const value = textOf(name);
    if (value !== undefined && !form.test(value)) return name;
  }
  const commandTimeout = textOf('MAGENTO_CLI_WAIT_TIMEOUT') ?? defaultCestSettings.commandTimeout;
  if (!dialectOf(version).commandLimit && commandTimeout !== defaultCestSettings.commandTimeout)
    return 'MAGENTO_CLI_WAIT_TIMEOUT';
  return {
    version,
    waitTimeout: textOf('WAIT_TIMEOUT') ?? defaultCestSettings.waitTimeout,
    commandTimeout,
    timezone: textOf('DEFAULT_TIMEZONE') ?? defaultCestSettings.timezone,
  };
}
