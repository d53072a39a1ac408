import { z } from 'zod';
import { type BundledPatchName, bundledPatchNames, type PatchSource } from '../../model/patch.ts';
import { list } from '../setting-parsers.ts';
import { setting } from './setting.ts';

const isBundled = (text: string): text is BundledPatchName =>
  (bundledPatchNames as readonly string[]).includes(text);

/** A relative path with a slash, so that a misspelt name is no folder. */
const folder = /^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))(?!.*\/\/)[^\0-\x1f\\]*\/[^\0-\x1f\\]*$/;

const patchSource = z
  .string()
  .refine(
    (text) => isBundled(text) || folder.test(text),
    `must be a list of ${bundledPatchNames.join(', ')} or folders of the test module such as patches/`,
  )
  .transform(
    (text): PatchSource =>
      isBundled(text) ? { kind: 'bundled', name: text } : { kind: 'folder', path: text.replace(/\/$/, '') },
  );

/** The setting of patches: a part of the table of settings. */
export const patchSettings = {
  MATRE_PATCHES: setting({
    group: 'MFTF',
    schema: list(patchSource),
    default: '',
    description:
      'Patches of MFTF and Codeception that are applied in the containers, in this order, separated by commas (docs/patches.md): visible-element, content-models, and folders of the first test module of an environment such as patches/, with files *.patch.',
  }),
};
