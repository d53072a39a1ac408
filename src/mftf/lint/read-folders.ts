import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { maxTreeBytes, maxTreeFiles } from '../../model/limits.ts';
import { catalogPath } from '../catalog/paths.ts';
import { folderSource, type Source } from '../catalog/source.ts';
import { tooManyBytes, tooManyFiles } from '../catalog/tree-limits.ts';
import type { FileFacts } from './facts.ts';
import { readFacts } from './read-facts.ts';

/** What is checked: a Magento tree, or a folder in it, or a test module beside it. */
export interface LintFolders {
  /** A Magento root on this machine. */
  tree: string;
  /** What is checked, in the tree or elsewhere. */
  folder: string;
  /** Where MFTF meets the folder below Magento when it is not in the tree. */
  target: string;
}

export interface ReadFolders {
  files: FileFacts[];
  /** The folder that is checked, relative to the Magento root; '' for the tree itself. */
  root: string;
}

/**
 * Reads the definitions of a tree and of the folder that is checked, which covers that of the tree in its place. It reads
 * synchronously, so only in a worker thread. Errors: NOT_FOUND, MODULE_INVALID, TREE_TOO_LARGE.
 */
export async function readFolders({ tree, folder, target }: LintFolders): Promise<ReadFolders> {
  const realTree = realFolder(tree);
  const inTree = relative(realTree, realFolder(folder)).split(sep).join('/');
  const files = await readSource(folderSource(realTree, ''), tree);
  if (inTree !== '..' && !inTree.startsWith('../')) return { files, root: inTree };
  const others = files.filter(({ path }) => !path.startsWith(`${target}/`));
  return { files: [...others, ...(await readSource(folderSource(folder, target), folder))], root: target };
}

/** The definitions of a source. `subject` names it in TREE_TOO_LARGE. */
async function readSource({ files }: Source, subject: string): Promise<FileFacts[]> {
  const facts: FileFacts[] = [];
  let bytes = 0;
  for await (const { path, content } of files) {
    const kind = catalogPath(path)?.kind;
    if (kind === undefined || kind === 'registration' || kind === 'package' || kind === 'fixture') continue;
    if (kind === 'helper') continue;
    bytes += content.length;
    if (bytes > maxTreeBytes) throw tooManyBytes(subject);
    if (facts.length === maxTreeFiles) throw tooManyFiles(subject);
    facts.push(readFacts(kind, path, content));
  }
  return facts;
}

function realFolder(path: string): string {
  if (!existsSync(path)) throw new Fault('NOT_FOUND', `The folder ${path} does not exist.`);
  return realpathSync(path);
}
