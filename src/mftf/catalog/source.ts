import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

async function* walk(top: string, root: string): AsyncGenerator<SourceFile> {
  const folders = [root];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    const folder = join(top, at.slice(root.length));
    const below = at === '' ? '' : `${at}/`;
    const inside: string[] = [];
    let isRead = false;
    // Calls that wait: for thousands of small files they take a third of the time of those that do not.
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory() && mayHoldCatalogFiles(path)) inside.push(path);
      if (!entry.isFile() || catalogPath(path) === undefined) continue;
      isRead = true;
      yield { path, content: readFileSync(join(folder, entry.name), 'utf8') };
    }
    folders.push(...inside.reverse());
    // Whatever else there is to do has its turn.
    if (isRead) await nextTurn();
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
