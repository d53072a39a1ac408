import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { catalogPath, mayHoldCatalogFiles } from './paths.ts';

export interface SourceFile {
  /** Relative to the Magento root, with slashes. */
  path: string;
  content: string;
}

/**
 * Files for the catalog. A tar stream out of a container is one, a folder on the host another; whoever makes one may
 * leave out every file that `catalogPath` does not know.
 */
export interface Source {
  /**
   * Folder relative to the Magento root that this source is mounted on, '' for the whole tree. It hides whatever
   * earlier sources have below it, as a mount does.
   */
  root: string;
  files: AsyncIterable<SourceFile> | Iterable<SourceFile>;
}

/**
 * The files of a folder on the host, as if it were mounted on `root` below Magento. Links are not followed: a checkout
 * is somebody else's input, and a link may lead anywhere.
 */
export function folderSource(folder: string, root: string): Source {
  return { root, files: walk(folder, root) };
}

async function* walk(folder: string, at: string): AsyncGenerator<SourceFile> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(at, entry.name))
    .filter((path) => catalogPath(path) !== undefined);
  // The files of a folder at once: one after the other takes twice as long.
  yield* await Promise.all(
    paths.map(async (path) => ({
      path,
      content: await readFile(join(folder, posix.basename(path)), 'utf8'),
    })),
  );
  for (const entry of entries) {
    const path = posix.join(at, entry.name);
    if (entry.isDirectory() && mayHoldCatalogFiles(path)) yield* walk(join(folder, entry.name), path);
  }
}
