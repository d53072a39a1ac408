import type { Environment } from '../../model/environment.ts';
import { describePatches, type RunPatch } from '../../model/patch.ts';
import { type Check, type Finding, findingOfError, ok } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { openTemporaryContainer } from '../probes/temporary-container.ts';

/** Each run checks this again, in its containers, before its first test. */
export const patchesMisfit: Check = {
  name: 'patches-misfit',
  labels: {
    subject: 'the patches of the framework',
    ok: 'the patches fit the framework',
    problem: 'a patch does not fit the framework',
  },
  description:
    'MATRE_PATCHES at the newest commit of the first test module, tried on the files of each image without changing them',
  symptoms: ['PATCH_FAILED after an update of Magento or of a patch'],
  codes: ['PATCH_FAILED'],

  async run(context) {
    const { config, environments } = context;
    if (config.mftf.patches.length === 0) return [ok('MATRE_PATCHES has no patches.')];
    const own = environments.filter(({ image, modules }) => image !== undefined || modules.length > 0);
    const shareSettings = own.length === 0 || own.length < environments.length;
    const tryOn = await createTrials(context);
    return Promise.all([...(shareSettings ? [undefined] : []), ...own].map(tryOn));
  },
};

/** Returns a function that finds out about an environment, or about the settings; those with the same image and commit share a trial. */
async function createTrials(
  context: CheckContext,
): Promise<(environment: Environment | undefined) => Promise<Finding>> {
  const { newest, tryPatches } = await context.containers();
  const trials = new Map<string, Promise<RunPatch[]>>();
  return async (environment) => {
    try {
      const { image, testModules } = await newest(environment);
      const key = JSON.stringify([image, testModules[0].id]);
      const trial =
        trials.get(key) ?? tryPatches(testModules[0], () => openTemporaryContainer(context, image));
      trials.set(key, trial);
      const patches = await trial;
      return ok(`They fit: ${describePatches(patches) || 'the test module has none'}.`, environment?.code);
    } catch (error) {
      return findingOfError(patchesMisfit.codes, error, environment?.code);
    }
  };
}
