import { isFault } from '../faults/fault.ts';
import type { LocalClone } from './commit-differences.ts';
import { type DatedCommit, maxCommitTextLength } from './commit-range.ts';

/** The commit that a line of a file is from. */
export interface LineChange {
  commit: DatedCommit;
  /** Commits after it, up to the one that was asked about: 0 when that one changed the line. */
  commitsAgo: number;
  /** Its history is cut off there, as in a shallow clone: the line may be older. */
  isBoundary: boolean;
}

/**
 * The commit that changed a line of a file last, as of a commit of a clone. `undefined` when the clone does not have the commit, the file
 * or the line. Errors: DISK_FULL.
 */
export async function readLineChange(
  { git, inRepository }: LocalClone,
  { commit, path, line }: { commit: string; path: string; line: number },
): Promise<LineChange | undefined> {
  try {
    const range = `${line},${line}`;
    const blame = await git.run(inRepository('blame', '--porcelain', '-L', range, commit, '--', path));
    const [id = ''] = blame.split(' ', 1);
    const field = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(blame)?.[1] ?? '';
    const count = await git.run(inRepository('rev-list', '--count', `${id}..${commit}`, '--'));
    return {
      commit: {
        id,
        subject: field('summary').slice(0, maxCommitTextLength),
        author: field('author').slice(0, maxCommitTextLength),
        at: new Date(Number(field('author-time')) * 1000),
      },
      commitsAgo: Number(count),
      isBoundary: /^boundary$/m.test(blame),
    };
  } catch (error) {
    if (isFault(error, 'MODULE_CHECKOUT_FAILED')) return undefined;
    throw error;
  }
}
