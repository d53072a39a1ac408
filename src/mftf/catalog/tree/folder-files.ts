import { isUtf8 } from 'node:buffer';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { Fault } from '../../../faults/fault.ts';
import { maxTreeDepth, maxTreeFolders } from '../../../model/limits.ts';
import { mayHoldCatalogFiles } from './paths.ts';

/** A file below a folder on the host. */
export interface FolderFile {
  /** Where it appears, relative to the Magento root. Bytes that are not UTF-8 appear as U+FFFD. */
  path: string;
  /** Where it is when links are followed, relative to the Magento root. */
  target: string;
  /** Its place on the host. File names are bytes, so it is no text. */
  place: Buffer;
  /** Why it cannot be copied by its path; `undefined` when it can. */
  obstacle: string | undefined;
}

interface Folder {
  path: string;
  place: Buffer;
  /** The places of the folders above it, links followed. */
  above: Buffer[];
  obstacle: string | undefined;
}

const slash = Buffer.from('/');

export interface FolderOptions {
  /** Links that leave the folder are followed, too: the folder is trusted. The `target` of such a file has no meaning. */
  followOut?: boolean;
}

/**
 * The files of a folder as if it were mounted on `root` below Magento, a batch for each folder. Links are followed as PHP follows
 * them, unless they lead to a folder above themselves. Throws MODULE_INVALID for a link that leaves the folder without `followOut`,
 * TREE_TOO_LARGE for too many folders, and for those that are nested too deep.
 */
export function* folderFiles(
  top: string,
  root: string,
  { followOut = false }: FolderOptions = {},
): Generator<FolderFile[]> {
  const realTop = realpathSync(top, 'buffer');
  const folders: Folder[] = [{ path: root, place: realTop, above: [], obstacle: undefined }];
  let count = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    count += 1;
    if (count > maxTreeFolders) {
      throw new Fault(
        'TREE_TOO_LARGE',
        `The test module has more than ${maxTreeFolders} folders, links included; ${folder.path} is the first one too many.`,
      );
    }
    const files: FolderFile[] = [];
    const inside: Folder[] = [];
    // Synchronous calls: for thousands of small files they take a third of the time of asynchronous ones.
    const entries = readdirSync(folder.place, { withFileTypes: true, encoding: 'buffer' });
    for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
      const name = entry.name.toString('utf8');
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      let place: Buffer = Buffer.concat([folder.place, slash, entry.name]);
      let obstacle = folder.obstacle ?? nameObstacle(entry.name, path);
      let kind: 'file' | 'folder' | undefined = entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : undefined;
      if (entry.isSymbolicLink()) {
        const target = followLink(place);
        if (target === undefined) continue;
        if (!followOut && !isWithin(target.place, realTop)) {
          throw new Fault('MODULE_INVALID', `The link ${path} leads out of the test module.`);
        }
        place = target.place;
        kind = target.kind;
        obstacle ??= `${path} is a link`;
      }
      if (kind === 'file') files.push({ path, target: relativeTo(realTop, place, root), place, obstacle });
      if (kind !== 'folder' || !mayHoldCatalogFiles(path)) continue;
      const above = [...folder.above, folder.place];
      if (above.length > maxTreeDepth) {
        throw new Fault('TREE_TOO_LARGE', `${path} is nested more than ${maxTreeDepth} folders deep.`);
      }
      if (!above.some((one) => one.equals(place))) inside.push({ path, place, above, obstacle });
    }
    for (const next of inside.reverse()) folders.push(next);
    yield files;
  }
}

/** The lists of files for the container are lines of UTF-8. */
function nameObstacle(name: Buffer, path: string): string | undefined {
  if (!isUtf8(name)) return `the name of ${path} is not UTF-8`;
  return name.includes(10) ? `the name of ${JSON.stringify(path)} has a line break` : undefined;
}

/** The end of a link; `undefined` when it leads nowhere. */
function followLink(place: Buffer): { place: Buffer; kind: 'file' | 'folder' | undefined } | undefined {
  try {
    const target = realpathSync(place, 'buffer');
    const stats = statSync(target);
    return { place: target, kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : undefined };
  } catch {
    // Its target is missing, or it leads to itself.
    return undefined;
  }
}

function isWithin(place: Buffer, folder: Buffer): boolean {
  return place.equals(folder) || place.subarray(0, folder.length + 1).equals(Buffer.concat([folder, slash]));
}

function relativeTo(top: Buffer, place: Buffer, root: string): string {
  const inside = place.subarray(top.length + 1).toString('utf8');
  return root === '' ? inside : `${root}/${inside}`;
}
