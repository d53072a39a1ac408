import { describePatches } from '../../model/patch.ts';
import { type Check, ok } from '../check.ts';
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
    'MATRE_PATCHES at the newest commit of the test module, tried on the files of the image without changing them',
  symptoms: ['PATCH_FAILED after an update of Magento or of a patch'],
  codes: ['PATCH_FAILED'],

  async run(context) {
    if (context.config.mftf.patches.length === 0) return [ok('MATRE_PATCHES has no patches.')];
    const { tryPatches } = await context.containers();
    const patches = await tryPatches(() => openTemporaryContainer(context));
    return [ok(`They fit: ${describePatches(patches) || 'the test module has none'}.`)];
  },
};
