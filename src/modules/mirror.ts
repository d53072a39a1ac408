import { mkdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../faults/fault.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { lockFile } from '../files/file-lock.ts';
import { type BareRepository, type Commit, createBareRepository } from './bare-repository.ts';
import type { CheckoutLimits } from './checkout-limits.ts';
import type { Git } from './git.ts';

/** A bare clone of the repository, shared by all processes of this machine. */
export interface Mirror {
  /**
   * The newest commit of the branch, as the server had it after the call. Of concurrent callers one fetches, and the others
   * reuse its result. Errors: MODULE_CHECKOUT_FAILED, DISK_FULL.
   */
  newest(): Promise<Commit>;
  /** Writes the files of a commit into an empty folder; fetches first if the commit is unknown. Errors as for `newest`, TREE_TOO_LARGE. */
  extract(commit: string, target: string, lock: number): Promise<void>;
  /** The commits between two, without fetching; see `readCommitRange`. */
  range: BareRepository['range'];
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
  const { lockPath, lastFetchPath } = repository;

  // Not `createSingleFlight`: callers share a fetch only until it has the lock, and it must begin after the last request.
  let shared: Promise<Commit> | undefined;
  /** When `shared` was last requested. */
  let requestedAt = 0;

  const newest = (): Promise<Commit> => {
    requestedAt = Date.now();
    shared ??= (async () => {
      const lock = await lockFile(lockPath, { signal });
      // Later callers may know of a push that this fetch does not see.
      shared = undefined;
      const notBefore = requestedAt;
      try {
        const startedAt = Date.now();
        const last = await readLastFetch(lastFetchPath);
        // A fetch in the future was made before the clock was set back.
        if (last && last.startedAt >= notBefore && last.startedAt <= startedAt)
          return { id: last.id, subject: last.subject };
        await repository.fetch(lock.fd);
        const commit = await repository.head();
        await writeLastFetch(lastFetchPath, { startedAt, ...commit });
        return commit;
      } finally {
        lock.release();
      }
    })();
    const current = shared;
    // When the lock cannot be acquired, the next caller tries again.
    current.catch(() => {
      if (shared === current) shared = undefined;
    });
    return current;
  };

  return {
    newest,

    range: repository.range,

    async extract(commit, target, lock) {
      if (!(await repository.has(commit))) await newest();
      if (!(await repository.has(commit))) {
        // The branch was rewritten.
        await repository.fetchCommit(commit).catch(() => {
          throw new Fault(
            'MODULE_CHECKOUT_FAILED',
            `${git.url} no longer has the commit ${commit} on ${git.branch}.`,
          );
        });
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
