import { readFileSync, statSync } from 'node:fs';
import { maxTreeFileBytes } from '../../../model/limits.ts';
import { type FolderOptions, folderFiles } from './folder-files.ts';
import { catalogPath } from './paths.ts';
import { tooLargeFile } from './tree-limits.ts';

export interface SourceFile {
  /** Where MFTF meets the file, relative to the Magento root, with slashes. It decides what kind of file it is. */
  path: string;
  /** Empty for a fixture file. */
  content: Uint8Array;
  /** Where the file is, when `path` leads there through a link. */
  target?: string;
  /** Why the file cannot be copied into a tree by its path. */
  obstacle?: string;
}

/** Of files of which only the name counts. */
export const noContent = new Uint8Array();

/**
 * Files for the catalog: a tar stream from a container, or a folder on the host. A source may omit every file for which
 * `catalogPath` returns nothing.
 */
export interface Source {
  /**
   * The folder relative to the Magento root that this source is mounted on, '' for the whole tree. It hides the files of earlier
   * sources below it, as a mount does.
   */
  root: string;
  files: AsyncIterable<SourceFile> | Iterable<SourceFile>;
}

/**
 * The files of a folder on the host, as if it were mounted on `root` below Magento. It is read synchronously, so only in a worker
 * thread. Its iteration throws MODULE_INVALID for links that leave the folder, and TREE_TOO_LARGE.
 */
export function folderSource(folder: string, root: string, options: FolderOptions = {}): Source {
  return { root, files: readFiles(folder, root, options) };
}

function* readFiles(folder: string, root: string, options: FolderOptions): Generator<SourceFile> {
  for (const files of folderFiles(folder, root, options)) {
    for (const { path, target, place, obstacle } of files) {
      const kind = catalogPath(path)?.kind;
      if (kind === undefined) continue;
      if (kind === 'fixture') {
        yield { path, content: noContent };
        continue;
      }
      const { size } = statSync(place);
      if (size > maxTreeFileBytes) throw tooLargeFile(path, size);
      yield { path, content: readFileSync(place), target, ...(obstacle !== undefined && { obstacle }) };
    }
  }
}
