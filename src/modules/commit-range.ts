import { isFault } from '../faults/fault.ts';
import type { Git } from './git.ts';

/** A commit with who wrote it and when. */
export interface DatedCommit {
  id: string;
  subject: string;
  author: string;
  at: Date;
}

/** The commits after one and up to another, the newest first. */
export interface CommitRange {
  commits: DatedCommit[];
  /** There are more; the oldest are left out. */
  more: boolean;
}

/** More commits than this do not say what changed. */
const maxCommits = 100;
/** Characters of subjects and names. */
export const maxCommitTextLength = 200;
/** Subjects and names may have any length. */
const maxOutputBytes = 256 * 1024;

/**
 * The commits of a local clone after `from` and up to `to`, which are ids of commits. `undefined` when the clone does not have one of
 * them, or when there is no clone. Errors: DISK_FULL.
 */
export async function readCommitRange(
  git: Git,
  inRepository: (...argv: string[]) => string[],
  { from, to }: { from: string; to: string },
): Promise<CommitRange | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Fields end with NUL, which no subject has, and so does each commit because of `-z`.
  const format = '--format=%H%x00%an%x00%aI%x00%s';
  const limit = `--max-count=${maxCommits + 1}`;
  try {
    await git.run(inRepository('log', '-z', '--no-show-signature', limit, format, `${from}..${to}`, '--'), {
      onOutput(chunk) {
        if (size < maxOutputBytes) chunks.push(chunk.subarray(0, maxOutputBytes - size));
        size += chunk.length;
      },
    });
  } catch (error) {
    if (isFault(error, 'MODULE_CHECKOUT_FAILED')) return undefined;
    throw error;
  }
  const fields = Buffer.concat(chunks).toString('utf8').split('\0');
  const commits: DatedCommit[] = [];
  // A commit that the limit of the output has cut off is left out.
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [id = '', author = '', at = '', subject = ''] = fields.slice(index, index + 4);
    commits.push({
      id,
      subject: subject.slice(0, maxCommitTextLength),
      author: author.slice(0, maxCommitTextLength),
      at: new Date(at),
    });
  }
  return {
    commits: commits.slice(0, maxCommits),
    more: commits.length > maxCommits || size > maxOutputBytes,
  };
}
