import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { maxTreeBytes, maxTreeFiles } from '../../model/limits.ts';
import type { LintFolders } from '../../model/lint.ts';
import { catalogPath } from '../catalog/tree/paths.ts';
import { folderSource, type Source } from '../catalog/tree/source.ts';
import { tooManyBytes, tooManyFiles } from '../catalog/tree/tree-limits.ts';
import type { FileOutline } from './outline.ts';
import { outlinesFromBytes } from './outline-file.ts';
import { readOutline } from './read-outline.ts';

export interface ReadFolders {
  files: FileOutline[];
  /** The folder that is checked, relative to the Magento root; '' for the tree itself. */
  root: string;
}

/**
 * Reads the definitions of a tree and of the folder that is checked, which covers that of the tree in its place. It reads
 * synchronously, so only in a worker thread. Errors: NOT_FOUND, INPUT_INVALID for outlines, MODULE_INVALID, TREE_TOO_LARGE.
 */
export async function readFolders({ tree, folder, target }: LintFolders): Promise<ReadFolders> {
  const place = realFolder(folder);
  if (typeof tree !== 'string') return withModule(outlinesFromBytes(tree).files, { folder: place, target });
  const realTree = realFolder(tree);
  const inTree = relative(realTree, place).split(sep).join('/');
  // Modules under development are often links in a Magento tree, and this tree is the user's own.
  const files = await readSource(folderSource(realTree, '', { followOut: true }), tree);
  if (inTree !== '..' && !inTree.startsWith('../')) return { files, root: inTree };
  return withModule(files, { folder: place, target });
}

async function withModule(
  tree: readonly FileOutline[],
  { folder, target }: { folder: string; target: string },
): Promise<ReadFolders> {
  const others = tree.filter(({ path }) => !path.startsWith(`${target}/`));
  return { files: [...others, ...(await readSource(folderSource(folder, target), folder))], root: target };
}

/** The definitions of a source. `subject` names it in TREE_TOO_LARGE. */
export async function readSource({ files }: Source, subject: string): Promise<FileOutline[]> {
  const outlines: FileOutline[] = [];
  let bytes = 0;
  for await (const { path, content } of files) {
    const kind = catalogPath(path)?.kind;
    if (kind === undefined || kind === 'registration' || kind === 'package' || kind === 'fixture') continue;
    if (kind === 'helper') continue;
    bytes += content.length;
    if (bytes > maxTreeBytes) throw tooManyBytes(subject);
    if (outlines.length === maxTreeFiles) throw tooManyFiles(subject);
    outlines.push(readOutline(kind, path, content));
  }
  return outlines;
}

function realFolder(path: string): string {
  if (!existsSync(path)) throw new Fault('NOT_FOUND', `The folder ${path} does not exist.`);
  return realpathSync(path);
}
