import { createHash } from 'node:crypto';
import { Fault } from '../../faults/fault.ts';
import type { BundledPatchName, RunPatch } from '../../model/patch.ts';
import { defineTask } from '../../threads/task.ts';
import { applyDiff } from './apply-diff.ts';
import { bundledPatches } from './bundled-patches.ts';
import type { ModulePatch } from './module-patches.ts';
import { PatchMisfit } from './patch-misfit.ts';

/** A patch of a run, in the order in which they are applied. */
export type Patch = { kind: 'bundled'; name: BundledPatchName } | ({ kind: 'module' } & ModulePatch);

/** A file of the framework. Characters are bytes (latin1). */
export interface PatchedFile {
  /** Relative to the Magento root. */
  path: string;
  content: string;
  /** Whether the image has no such file. */
  added: boolean;
}

/** The result of all patches of a run. */
export interface PatchedFiles {
  patches: RunPatch[];
  /** The files that differ from those of the image. */
  files: PatchedFile[];
  /** Of these files, 64 hexadecimal digits; `undefined` without any. */
  digest: string | undefined;
}

/** The files that these patches may change, each once, relative to the Magento root. */
export function pathsOf(patches: readonly Patch[]): string[] {
  return [...new Set(patches.flatMap(filesOf))];
}

function filesOf(patch: Patch): string[] {
  return patch.kind === 'bundled' ? [bundledPatches[patch.name].path] : patch.files.map(({ path }) => path);
}

/**
 * Applies patches to files of the image, by path; absent ones are missing. All of a patch is applied, or it fails. For a worker
 * thread. Errors: PATCH_FAILED with the patch, the file and the hunk that does not fit.
 */
export const patchFiles = defineTask(
  import.meta.url,
  'patchFiles',
  async ({ patches, image }: { patches: Patch[]; image: Map<string, string> }): Promise<PatchedFiles> => {
    const current = new Map(image);
    const states = patches.map((patch): RunPatch => {
      const changed = filesOf(patch).filter((path) => changeFile(patch, path, current));
      return { name: patch.name, state: changed.length > 0 ? 'applied' : 'not needed' };
    });
    const files = [...current]
      .filter(([path, content]) => content !== image.get(path))
      .map(([path, content]) => ({ path, content, added: !image.has(path) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return { patches: states, files, digest: digestOf(files) };
  },
);

/** Applies the part of a patch that is about a file. Returns whether it changed it. */
function changeFile(patch: Patch, path: string, current: Map<string, string>): boolean {
  const content = current.get(path);
  try {
    const changed = changedContent(patch, path, content);
    if (changed !== undefined) current.set(path, changed);
    return changed !== undefined;
  } catch (error) {
    if (!(error instanceof PatchMisfit)) throw error;
    throw new Fault('PATCH_FAILED', `${patch.name}: ${path}: ${error.message}.`);
  }
}

function changedContent(patch: Patch, path: string, content: string | undefined): string | undefined {
  if (patch.kind === 'bundled') {
    if (content === undefined) throw new PatchMisfit('there is no such file in the image');
    return bundledPatches[patch.name].change(content);
  }
  const diff = patch.files.find((file) => file.path === path);
  return diff && applyDiff(content, diff);
}

function digestOf(files: PatchedFile[]): string | undefined {
  if (files.length === 0) return undefined;
  const contents = files.map(({ path, content }) => [path, content]);
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}
