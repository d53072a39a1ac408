import { isFault } from '../faults/fault.ts';
import type { Commit } from './bare-repository.ts';
import type { Git } from './git.ts';

/** A local clone of a repository, and how git is run in it. */
export interface LocalClone {
  git: Git;
  inRepository(...argv: string[]): string[];
  /** Aborted when the question takes too long: from then on git is stopped at once. */
  readonly signal: AbortSignal;
}

/** The files that differ between two commits, by their paths in the repository. */
export interface ChangedFiles {
  paths: string[];
  /** There are more, which are left out. */
  more: boolean;
}

/** Bytes of paths; a commit that moves a whole module has less. */
const maxPathBytes = 4 * 1024 * 1024;

/** The files that differ between two commits of a clone; `undefined` when it does not have both. */
export async function readChangedFiles(
  { git, inRepository }: LocalClone,
  { from, to }: { from: string; to: string },
): Promise<ChangedFiles | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const onOutput = (chunk: Buffer) => {
    if (size < maxPathBytes) chunks.push(chunk.subarray(0, maxPathBytes - size));
    size += chunk.length;
  };
  const argv = inRepository('diff-tree', '-r', '-z', '--no-renames', '--name-only', from, to, '--');
  if ((await outputOf(git, argv, onOutput)) === undefined) return undefined;
  // The last one is empty, or was cut off.
  const paths = Buffer.concat(chunks).toString('utf8').split('\0').slice(0, -1);
  return { paths, more: size > maxPathBytes };
}

/** The newest commit that two commits of a clone both come from; `undefined` when there is none. */
export async function findMergeBase(
  { git, inRepository }: LocalClone,
  { from, to }: { from: string; to: string },
): Promise<Commit | undefined> {
  const id = (await outputOf(git, inRepository('merge-base', from, to)))?.trim();
  if (!id) return undefined;
  const subject = await outputOf(
    git,
    inRepository('log', '-1', '--no-show-signature', '--format=%s', id, '--'),
  );
  return { id, subject: subject?.trim() ?? '' };
}

/** The output of a command, which is `undefined` when git fails. Errors: DISK_FULL. */
export async function outputOf(
  git: Git,
  argv: string[],
  onOutput?: (chunk: Buffer) => void,
): Promise<string | undefined> {
  try {
    return await git.run(argv, onOutput === undefined ? {} : { onOutput });
  } catch (error) {
    if (isFault(error, 'MODULE_CHECKOUT_FAILED')) return undefined;
    throw error;
  }
}
