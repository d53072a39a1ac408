import { Fault } from '../../faults/fault.ts';
import { maxPatchedFiles, maxPatchMs } from '../../model/limits.ts';
import type { PatchSource } from '../../model/patch.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Layout } from '../container/layout.ts';
import { readModulePatches } from './module-patches.ts';
import { type Patch, pathsOf } from './patch-files.ts';

/**
 * The patches that MATRE_PATCHES means at a checkout of the first test module, in their order, and the folders that it lacks. Errors:
 * PATCH_FAILED with the patch and the line that is not understood.
 */
export async function readPatches(
  readers: Threads,
  sources: readonly PatchSource[],
  checkout: { id: string; path: string },
): Promise<{ patches: Patch[]; missingFolders: string[] }> {
  const patches: Patch[] = [];
  const missingFolders: string[] = [];
  for (const source of sources) {
    if (source.kind === 'bundled') patches.push(source);
    else {
      const request = { checkout: checkout.path, folder: source.path };
      const options = { subject: `${source.path} of the test module at ${checkout.id}`, limitMs: maxPatchMs };
      const ofModule = await readers.run(readModulePatches, request, options);
      if (!ofModule) missingFolders.push(source.path);
      else patches.push(...ofModule.map((patch) => ({ kind: 'module' as const, ...patch })));
    }
  }
  if (pathsOf(patches).length > maxPatchedFiles) {
    throw new Fault('PATCH_FAILED', `The patches change more than ${maxPatchedFiles} files.`);
  }
  return { patches, missingFolders };
}

/** Errors: PATCH_FAILED when a patch would change a file of the host, because a folder of it is mounted there. */
export function assertNotMounted(
  patches: readonly Patch[],
  mounts: readonly { source: string; target: string }[],
  { root }: Layout,
): void {
  for (const path of pathsOf(patches)) {
    const mount = mounts.find(({ target }) => `${root}/${path}/`.startsWith(`${target}/`));
    if (mount) {
      throw new Fault(
        'PATCH_FAILED',
        `${path} is in ${mount.source}, which MATRE_MOUNTS mounts: a patch would change it on the host.`,
      );
    }
  }
}
