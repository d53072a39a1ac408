import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { catalogPath, mayHoldCatalogFiles } from './paths.ts';

export interface SourceFile {
  /** Relative to the Magento root, with slashes. */
  path: string;
  content: string;
}

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
 * The files of a folder on the host, as if it were mounted on `root` below Magento. Links are not followed: a checkout is
 * untrusted input, and a link may lead anywhere.
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
    // Synchronous calls: for thousands of small files they take a third of the time of asynchronous ones.
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory() && mayHoldCatalogFiles(path)) inside.push(path);
      if (!entry.isFile() || catalogPath(path) === undefined) continue;
      isRead = true;
      yield { path, content: readFileSync(join(folder, entry.name), 'utf8') };
    }
    folders.push(...inside.reverse());
    // Lets other work of the event loop run.
    if (isRead) await yieldToEventLoop();
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
