import { buffer } from 'node:stream/consumers';
import { type FileIn, getFiles, putFiles } from '../../engine/archive.ts';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { maxPatchedBytes, maxPatchMs } from '../../model/limits.ts';
import type { RunPatch } from '../../model/patch.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Layout } from '../container/layout.ts';
import { type Patch, type PatchedFiles, patchFiles, pathsOf } from './patch-files.ts';
import { frameworkFolder, imageSuffix } from './patch-path.ts';

/** The list of files to restore, see `prepare.sh`: `changed PATH` or `added PATH`, relative to the Magento root. */
const listOfPatched = `${frameworkFolder}/.matre-patched`;

/** A container whose framework is patched, and the threads that do it. */
export interface PatchedPlace {
  engine: Engine;
  containerId: string;
  layout: Layout;
  readers: Threads;
}

const noPatches: PatchedFiles = { patches: [], files: [], digest: undefined };

/**
 * Applies patches in a container that `prepare` has just restored to the files of its image. All of them, or none: nothing is
 * written before every hunk fits. `missing` are the files that the image lacks. Errors: PATCH_FAILED, DISK_FULL, CONTAINER_VANISHED.
 */
export async function patchContainer(
  place: PatchedPlace,
  patches: Patch[],
  missing: ReadonlySet<string>,
): Promise<PatchedFiles> {
  const { engine, containerId, layout } = place;
  if (patches.length === 0) return noPatches;
  const { patched, image } = await applyToImage(place, patches, missing);
  if (patched.files.length === 0) return patched;
  const file = (path: string, content: string, mode = 0o644): FileIn => ({
    path,
    mode,
    content: Buffer.from(content, 'latin1'),
  });
  const changed = patched.files.filter(({ added }) => !added);
  const list = patched.files.map(({ path, added }) => `${added ? 'added' : 'changed'} ${path}\n`).join('');
  // In this order: whenever the transfer ends, `prepare.sh` has what it needs to restore what was overwritten.
  await putFiles(engine, containerId, layout.root, [
    ...changed.map(({ path }) =>
      file(path + imageSuffix, image.get(path)?.content ?? '', image.get(path)?.mode),
    ),
    file(listOfPatched, list),
    ...patched.files.map(({ path, content }) => file(path, content, image.get(path)?.mode)),
  ]);
  return patched;
}

/**
 * What patches would do in a container with the files of its image; nothing is written. Errors: PATCH_FAILED, CONTAINER_VANISHED.
 */
export async function tryPatches(place: PatchedPlace, patches: Patch[]): Promise<RunPatch[]> {
  if (patches.length === 0) return [];
  const { engine, containerId, layout } = place;
  const listMissing = 'for path; do [ -f "$path" ] || echo "$path"; done';
  const argv = ['sh', '-c', listMissing, 'sh', ...pathsOf(patches)];
  const { stdout } = await capture(engine, containerId, argv, { cwd: layout.root });
  const { patched } = await applyToImage(place, patches, new Set(stdout.split('\n')));
  return patched.patches;
}

async function applyToImage(
  { engine, containerId, layout, readers }: PatchedPlace,
  patches: Patch[],
  missing: ReadonlySet<string>,
) {
  const present = pathsOf(patches).filter((path) => !missing.has(path));
  const image = await readImage(engine, containerId, layout, present);
  const contents = new Map([...image].map(([path, { content }]) => [path, content]));
  const options = { subject: 'the patched files of the framework', limitMs: maxPatchMs };
  return { image, patched: await readers.run(patchFiles, { patches, image: contents }, options) };
}

async function readImage(
  engine: Engine,
  containerId: string,
  { root }: Layout,
  paths: string[],
): Promise<Map<string, { content: string; mode: number }>> {
  const image = new Map<string, { content: string; mode: number }>();
  const files = getFiles(engine, containerId, { dir: root, paths, maxBytes: maxPatchedBytes });
  try {
    for await (const { path, mode, content } of files) {
      image.set(path, { mode, content: (await buffer(content)).toString('latin1') });
    }
  } catch (error) {
    if (!isFault(error, 'PATH_OUTSIDE', 'FILES_TOO_LARGE')) throw error;
    throw new Fault('PATCH_FAILED', `The files to patch cannot be read: ${error.message}`, { cause: error });
  }
  return image;
}
