import { createHash } from 'node:crypto';
import { readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import { type CheckoutLimits, createCheckoutCounter } from './checkout-limits.ts';
import { type CommitRange, readCommitRange } from './commit-range.ts';
import type { Git } from './git.ts';

export interface Commit {
  id: string;
  /** The first line of its message. */
  subject: string;
}

/**
 * A bare clone of one branch, and what git does in it. Methods that take a lock change the clone: the caller holds `lockPath`,
 * and git keeps the lock should it outlive this process. Errors: MODULE_CHECKOUT_FAILED, DISK_FULL.
 */
export interface BareRepository {
  readonly lockPath: string;
  /** The file that records the last fetch of the branch. */
  readonly lastFetchPath: string;
  /** Clones the branch, or fetches what is new. */
  fetch(lock: number): Promise<void>;
  /** The newest commit of the branch, as of the last fetch. */
  head(): Promise<Commit>;
  has(commit: string): Promise<boolean>;
  /** See `readCommitRange`. */
  range(ends: { from: string; to: string }): Promise<CommitRange | undefined>;
  /** Fetches a commit that is no longer on the branch; many servers still send one by its id. */
  fetchCommit(commit: string): Promise<void>;
  /** Writes the files of a commit into an empty folder. `lock` is for git to keep. Errors: TREE_TOO_LARGE. */
  writeFiles(commit: string, target: string, lock: number): Promise<void>;
  /** Packs loose objects when there are many. */
  pack(lock: number): Promise<void>;
}

/** Mode, type and id of an entry of a tree, and its size in bytes. */
const treeEntry = /^\d+ blob [0-9a-f]+ +(\d+)\t/;

/** The clone of git's repository below `home`, which must exist. Nothing is fetched yet. */
export function createBareRepository(home: string, git: Git, limits: CheckoutLimits): BareRepository {
  const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const folder = join(home, `${short(git.url)}.git`);
  const branch = `refs/heads/${git.branch}`;
  const inRepository = (...argv: string[]) => [`--git-dir=${folder}`, ...argv];

  /** git clones a tag, too, but then there is no branch to follow. */
  const assertBranch = async (clone: string) => {
    try {
      await git.run([`--git-dir=${clone}`, 'rev-parse', '--verify', '--quiet', branch]);
    } catch {
      await rm(clone, { recursive: true, force: true });
      throw new Fault(
        'MODULE_CHECKOUT_FAILED',
        `${git.branch} is a tag of ${git.url}, not a branch. Set MATRE_MODULE_BRANCH to a branch.`,
      );
    }
  };

  /** Before the files are written: a commit of a few kilobytes may have files that fill the disk. Errors: TREE_TOO_LARGE. */
  const assertSize = async (commit: string) => {
    const count = createCheckoutCounter(`The test module at ${commit}`, limits);
    let rest = '';
    await git.run(inRepository('ls-tree', '-r', '-t', '--long', '-z', commit), {
      onOutput(chunk) {
        const entries = (rest + chunk.toString('latin1')).split('\0');
        rest = entries.pop() ?? '';
        for (const entry of entries) count.add(Number(treeEntry.exec(entry)?.[1] ?? 0));
        // A few folders that contain each other many times have billions of files, which git would list for hours.
        count.check();
      },
    });
  };

  return {
    lockPath: `${folder}.lock`,
    lastFetchPath: `${folder}.${short(git.branch)}.json`,

    async fetch(lock) {
      if (!(await exists(folder))) {
        // Cloned beside its place and then renamed: a process that dies halfway leaves no half of a repository.
        const draft = `${folder}.new`;
        await rm(draft, { recursive: true, force: true });
        const options = ['--bare', '--no-local', '--no-tags', '--single-branch', `--branch=${git.branch}`];
        await git.run(['clone', '--quiet', ...options, '--', git.url, draft], { lock });
        await assertBranch(draft);
        await rename(draft, folder);
        return;
      }
      await removeGitLocks(folder);
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
      await git.run(inRepository('fetch', ...options, '--', git.url, `+${branch}:${branch}`), { lock });
    },

    async head() {
      const output = await git.run(
        inRepository('log', '-1', '--no-show-signature', '--format=%H %s', branch, '--'),
      );
      const [, id = '', subject = ''] = /^([0-9a-f]+) (.*)/.exec(output) ?? [];
      return { id, subject };
    },

    has: (commit) =>
      git.run(inRepository('cat-file', '-e', `${commit}^{commit}`)).then(
        () => true,
        () => false,
      ),

    range: (ends) => readCommitRange(git, inRepository, ends),

    async fetchCommit(commit) {
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head'];
      await git.run(inRepository('fetch', ...options, '--', git.url, commit));
    },

    async writeFiles(commit, target, lock) {
      await assertSize(commit);
      const index = `${target}.index`;
      const options = { environment: { GIT_INDEX_FILE: index }, lock };
      try {
        await git.run(inRepository('read-tree', commit), options);
        const workTree = `--work-tree=${target}`;
        await git.run(inRepository(workTree, 'checkout-index', '--all', '--force', '--quiet'), options);
      } catch (error) {
        throw await withDiskFull(target, error);
      } finally {
        await rm(index, { force: true });
      }
    },

    async pack(lock) {
      if (!(await exists(folder))) return;
      await removeGitLocks(folder);
      const settings = ['-c', 'gc.auto=6700', '-c', 'gc.autoDetach=false'];
      await git.run([...settings, ...inRepository('gc', '--auto', '--quiet')], { lock });
    },
  };
}

/**
 * Removes git's own locks. A git that was killed leaves them, and every later git fails because of them; one that still ran would
 * have the lock of the caller.
 */
async function removeGitLocks(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith('.lock')) await rm(join(folder, name), { force: true });
  }
}

/** On a full disk git reports no more than "unable to write file", so the free space decides. */
async function withDiskFull(folder: string, error: unknown): Promise<unknown> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= 64 * 1024 || !isFault(error)) return error;
  return new Fault('DISK_FULL', error.message, { cause: error });
}
