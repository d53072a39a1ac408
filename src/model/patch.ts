/** The patches that come with matre, in the order in which they are listed. */
export const bundledPatchNames = ['visible-element', 'content-models'] as const;
export type BundledPatchName = (typeof bundledPatchNames)[number];

/** An entry of MATRE_PATCHES: a patch that comes with matre, or a folder of the first test module with patches. */
export type PatchSource =
  | { kind: 'bundled'; name: BundledPatchName }
  /** Relative to the folder of the module. */
  | { kind: 'folder'; path: string };

export const patchStates = ['applied', 'not needed'] as const;

/** What a run did with a patch. `not needed`: the files of the image are as the patch makes them. */
export interface RunPatch {
  /** `visible-element`, or the path of the patch in the module. */
  name: string;
  state: (typeof patchStates)[number];
}

/** The patches of a run as one line: `visible-element, patches/wait.patch (not needed)`. */
export function describePatches(patches: readonly RunPatch[]): string {
  return patches.map(({ name, state }) => (state === 'applied' ? name : `${name} (${state})`)).join(', ');
}
