import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault, isFault } from '../faults/fault.ts';
import { lockFile } from './file-lock.ts';
import type { Git } from './git.ts';

export interface Commit {
  id: string;
  /** The first line of its message. */
  subject: string;
}

/** A bare copy of the repository, shared by all processes of this machine. */
export interface Mirror {
  /**
   * The newest commit of the branch, as the server had it after the call: of those who ask at the same time one fetches,
   * and the others take what it found.
   */
  newest(): Promise<Commit>;
  /** Writes the files of a commit into an empty folder, fetching first if the commit is not known. */
  extract(commit: string, target: string, lock: number): Promise<void>;
  /** Packs what has piled up. */
  tidy(): Promise<void>;
}

/** The fetch that was the last to succeed. Times in milliseconds, by the clock of this machine. */
const lastFetch = z.object({ startedAt: z.number(), id: z.string(), subject: z.string() });

/** When `signal` aborts, nobody waits any more for another process that fetches. */
export async function createMirror(home: string, git: Git, signal: AbortSignal): Promise<Mirror> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const folder = join(home, `${short(git.url)}.git`);
  const lockPath = `${folder}.lock`;
  const lastFetchPath = `${folder}.${short(git.branch)}.json`;
  const branch = `refs/heads/${git.branch}`;
  const inMirror = (...argv: string[]) => [`--git-dir=${folder}`, ...argv];

  const fetch = async (lock: number): Promise<void> => {
    if (!(await exists(folder))) {
      const draft = `${folder}.new`;
      await rm(draft, { recursive: true, force: true });
      const options = ['--bare', '--no-local', '--no-tags', '--single-branch', `--branch=${git.branch}`];
      await git.run(['clone', '--quiet', ...options, '--', git.url, draft], { lock });
      await rename(draft, folder);
      return;
    }
    // Whoever left them is dead: it would have our lock.
    await removeLocks(folder);
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
    await git.run(inMirror('fetch', ...options, '--', git.url, `+${branch}:${branch}`), { lock });
  };

  let waiting: Promise<Commit> | undefined;
  /** When the last of those asked who share `waiting`. */
  let askedAt = 0;

  const newest = (): Promise<Commit> => {
    askedAt = Date.now();
    waiting ??= (async () => {
      const lock = await lockFile(lockPath, { signal });
      // Who asks from now on may know of a push that this fetch does not see.
      waiting = undefined;
      const needed = askedAt;
      try {
        const startedAt = Date.now();
        const last = await readLastFetch(lastFetchPath);
        // A fetch of the future was made before the clock was set back.
        if (last && last.startedAt >= needed && last.startedAt <= startedAt)
          return { id: last.id, subject: last.subject };
        await fetch(lock.fd);
        const found = await git.run(
          inMirror('log', '-1', '--no-show-signature', '--format=%H %s', branch, '--'),
        );
        const [, id = '', subject = ''] = /^([0-9a-f]+) (.*)/.exec(found) ?? [];
        await writeLastFetch(lastFetchPath, { startedAt, id, subject });
        return { id, subject };
      } finally {
        lock.release();
      }
    })();
    const mine = waiting;
    // A lock that cannot be had must not be waited for for ever.
    mine.catch(() => {
      if (waiting === mine) waiting = undefined;
    });
    return mine;
  };

  const knows = (commit: string) =>
    git.run(inMirror('cat-file', '-e', `${commit}^{commit}`)).then(
      () => true,
      () => false,
    );

  return {
    newest,

    async extract(commit, target, lock) {
      if (!(await knows(commit))) await newest();
      if (!(await knows(commit))) {
        // The branch was rewritten; many servers still give out a commit by its name.
        await git
          .run(inMirror('fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', git.url, commit))
          .catch(() => {
            throw new Fault(
              'MODULE_CHECKOUT_FAILED',
              `${git.url} no longer has the commit ${commit} on ${git.branch}.`,
            );
          });
      }
      const index = `${target}.index`;
      const options = { environment: { GIT_INDEX_FILE: index }, lock };
      try {
        await git.run(inMirror('read-tree', commit), options);
        const workTree = `--work-tree=${target}`;
        await git.run(inMirror(workTree, 'checkout-index', '--all', '--force', '--quiet'), options);
      } catch (error) {
        throw await fullDisk(target, error);
      } finally {
        await rm(index, { force: true });
      }
    },

    async tidy() {
      const lock = await lockFile(lockPath, { wait: false });
      if (!lock) return;
      try {
        if (!(await exists(folder))) return;
        await removeLocks(folder);
        const settings = ['-c', 'gc.auto=6700', '-c', 'gc.autoDetach=false'];
        await git.run([...settings, ...inMirror('gc', '--auto', '--quiet')], { lock: lock.fd });
      } finally {
        lock.release();
      }
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** git's own locks, which a git that was killed leaves behind and every later one stumbles over. */
async function removeLocks(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith('.lock')) await rm(join(folder, name), { force: true });
  }
}

async function readLastFetch(path: string): Promise<z.infer<typeof lastFetch> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => 'null');
  try {
    return lastFetch.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function writeLastFetch(path: string, content: z.infer<typeof lastFetch>): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(content));
  await rename(`${path}.new`, path);
}

/** git says no more than "unable to write file" where a disk is full. */
async function fullDisk(folder: string, error: unknown): Promise<unknown> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= 64 * 1024 || !isFault(error)) return error;
  return new Fault('DISK_FULL', error.message, { cause: error });
}
