import { createHash } from 'node:crypto';
import { readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import { isCommitPrefix } from '../model/git-ref.ts';
import { type CheckoutLimits, createCheckoutCounter } from './checkout-limits.ts';
import type { Git } from './git.ts';
import { everything, findCommit, findOnServer, localName, unknownRef } from './ref.ts';

export interface Commit {
  id: string;
  /** The first line of its message. */
  subject: string;
}

/**
 * A bare clone of what was fetched, and what git does in it. Methods that take a lock change the clone: the caller holds `lockPath`,
 * and git keeps the lock should it outlive this process. Errors: MODULE_CHECKOUT_FAILED, DISK_FULL.
 */
export interface BareRepository {
  readonly lockPath: string;
  /** The file that records the last fetch of a branch. */
  lastFetchPath(branch: string): string;
  /** Clones a branch, or fetches what is new of it. Returns its newest commit. */
  fetch(branch: string, lock: number): Promise<Commit>;
  /**
   * Fetches a branch, a tag, a whole ref or a commit of the server, by its id or the beginning of that. Returns the commit. `branch` is
   * what a new clone begins with. Errors: REF_UNKNOWN.
   */
  fetchRef(ref: string, branch: string, lock: number): Promise<Commit>;
  has(commit: string): Promise<boolean>;
  /** Fetches a commit that is not on the branch: by its id, which most servers send, else with all branches and tags. */
  fetchCommit(commit: string, lock: number): Promise<void>;
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
  const inRepository = (...argv: string[]) => [`--git-dir=${folder}`, ...argv];

  /** git clones a tag, too, but then there is no branch to follow. */
  const assertBranch = async (clone: string, branch: string) => {
    try {
      await git.run([`--git-dir=${clone}`, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]);
    } catch {
      await rm(clone, { recursive: true, force: true });
      throw new Fault(
        'MODULE_CHECKOUT_FAILED',
        `${branch} is a tag of ${git.url}, not a branch. Name a branch (MATRE_MODULE_BRANCH, or that of the environment).`,
      );
    }
  };

  const cloneOnce = async (branch: string, lock: number) => {
    if (await exists(folder)) return removeGitLocks(folder);
    // Cloned beside its place and then renamed: a process that dies halfway leaves no half of a repository.
    const draft = `${folder}.new`;
    await rm(draft, { recursive: true, force: true });
    const options = ['--bare', '--no-local', '--no-tags', '--single-branch', `--branch=${branch}`];
    await git.run(['clone', '--quiet', ...options, '--', git.url, draft], { lock });
    await assertBranch(draft, branch);
    await rename(draft, folder);
  };

  const fetchOptions = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
  const fetchInto = (refspecs: string[], lock: number, ...options: string[]) =>
    git.run(inRepository('fetch', ...fetchOptions, ...options, '--', git.url, ...refspecs), { lock });

  /** The commit of a revision, whose name begins with `refs/` or is an id; `undefined` when it is none. */
  const commitOf = async (revision: string): Promise<Commit | undefined> => {
    const argv = inRepository('log', '-1', '--no-show-signature', '--format=%H %s', revision, '--');
    const output = await git.run(argv).catch(() => '');
    const [, id, subject = ''] = /^([0-9a-f]+) (.*)/.exec(output) ?? [];
    return id === undefined ? undefined : { id, subject };
  };

  /** Fetches one ref of the server. Errors: REF_UNKNOWN when it is not that of a commit. */
  const fetchName = async (name: string, lock: number): Promise<Commit> => {
    const local = localName(short(name));
    await fetchInto([`+${name}:${local}`], lock);
    const commit = await commitOf(local);
    if (commit) return commit;
    throw new Fault('REF_UNKNOWN', `${name} of ${git.url} is not that of a commit.`);
  };

  const fetchAll = (lock: number) => fetchInto(everything, lock, '--prune');

  const has = (commit: string) =>
    git.run(inRepository('cat-file', '-e', `${commit}^{commit}`)).then(
      () => true,
      () => false,
    );

  const fetchCommit = async (commit: string, lock: number) => {
    await fetchInto([commit], lock).catch(() => fetchAll(lock));
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
    lastFetchPath: (branch) => `${folder}.${short(branch)}.json`,

    async fetch(branch, lock) {
      await cloneOnce(branch, lock);
      return fetchName(`refs/heads/${branch}`, lock);
    },

    async fetchRef(ref, branch, lock) {
      const name = await findOnServer(git, ref);
      if (name === undefined && !isCommitPrefix(ref)) throw unknownRef(git, ref);
      await cloneOnce(branch, lock);
      if (name !== undefined) return fetchName(name, lock);
      // A whole id needs no other commits; an abbreviation may be that of any.
      const id = ref.toLowerCase();
      if (!isWholeId(id)) await fetchAll(lock);
      else if (!(await has(id))) await fetchCommit(id, lock);
      const whole = isWholeId(id) ? id : await findCommit(git, inRepository, id);
      const commit = whole === undefined ? undefined : await commitOf(whole);
      if (commit) return commit;
      throw unknownRef(git, ref);
    },

    has,

    fetchCommit,

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

const isWholeId = (id: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);

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
