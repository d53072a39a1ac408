import { mkdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../faults/fault.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { lockFile } from '../files/file-lock.ts';
import { type Commit, createBareRepository } from './bare-repository.ts';
import type { CheckoutLimits } from './checkout-limits.ts';
import type { Git } from './git.ts';

/** A bare clone of the repository, shared by all processes of this machine. */
export interface Mirror {
  /** The address of the repository, without credentials. */
  readonly url: string;
  /**
   * The newest commit of a branch, as the server had it after the call. Of concurrent callers one fetches, and the others
   * reuse its result. Errors: MODULE_CHECKOUT_FAILED, DISK_FULL.
   */
  newest(branch: string): Promise<Commit>;
  /** See `BareRepository.fetchRef`. Errors as for `newest`, REF_UNKNOWN. */
  find(ref: string, branch: string): Promise<Commit>;
  /**
   * Writes the files of a commit into an empty folder; fetches first if the commit is unknown, of the branch before all others. Errors as
   * for `newest`, TREE_TOO_LARGE.
   */
  extract(commit: string, branch: string, target: string, lock: number): Promise<void>;
  /** Packs loose objects, unless another process uses the clone. */
  tidy(): Promise<void>;
}

/** The last fetch that succeeded. Times in milliseconds, by the clock of this machine. */
const lastFetch = z.object({ startedAt: z.number(), id: z.string(), subject: z.string() });

/** `home` is the folder of the clone. When `signal` aborts, calls that wait for another process reject. */
export async function createMirror(
  home: string,
  git: Git,
  limits: CheckoutLimits,
  signal: AbortSignal,
): Promise<Mirror> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const repository = createBareRepository(home, git, limits);
  const { lockPath } = repository;

  // Not `createSingleFlight`: callers share a fetch only until it has the lock, and it must begin after the last request.
  const shared = new Map<string, { commit: Promise<Commit>; requestedAt: number }>();

  const fetchShared = async (branch: string): Promise<Commit> => {
    const lock = await lockFile(lockPath, { signal });
    // Later callers may know of a push that this fetch does not see.
    const notBefore = shared.get(branch)?.requestedAt ?? Date.now();
    shared.delete(branch);
    const lastFetchPath = repository.lastFetchPath(branch);
    try {
      const startedAt = Date.now();
      const last = await readLastFetch(lastFetchPath);
      // A fetch in the future was made before the clock was set back.
      if (last && last.startedAt >= notBefore && last.startedAt <= startedAt)
        return { id: last.id, subject: last.subject };
      const commit = await repository.fetch(branch, lock.fd);
      await writeLastFetch(lastFetchPath, { startedAt, ...commit });
      return commit;
    } finally {
      lock.release();
    }
  };

  const newest = (branch: string): Promise<Commit> => {
    const current = shared.get(branch) ?? { commit: fetchShared(branch), requestedAt: Date.now() };
    current.requestedAt = Date.now();
    shared.set(branch, current);
    // When the lock cannot be acquired, the next caller tries again.
    current.commit.catch(() => {
      if (shared.get(branch) === current) shared.delete(branch);
    });
    return current.commit;
  };

  const withLock = async <T>(work: (lock: number) => Promise<T>): Promise<T> => {
    const lock = await lockFile(lockPath, { signal });
    try {
      return await work(lock.fd);
    } finally {
      lock.release();
    }
  };

  return {
    url: git.url,

    newest,

    find: (ref, branch) => withLock((lock) => repository.fetchRef(ref, branch, lock)),

    async extract(commit, branch, target, lock) {
      if (!(await repository.has(commit))) await newest(branch);
      if (!(await repository.has(commit))) {
        // It is of another branch, or the branch was rewritten.
        await withLock((ofMirror) => repository.fetchCommit(commit, ofMirror));
      }
      if (!(await repository.has(commit))) {
        throw new Fault(
          'MODULE_CHECKOUT_FAILED',
          `${git.url} no longer has the commit ${commit} on any branch.`,
        );
      }
      await repository.writeFiles(commit, target, lock);
    },

    async tidy() {
      const lock = await lockFile(lockPath, { wait: false });
      if (!lock) return;
      try {
        await repository.pack(lock.fd);
      } finally {
        lock.release();
      }
    },
  };
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
  await writeFileAtomically(path, JSON.stringify(content));
}
