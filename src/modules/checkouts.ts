import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskFull } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import { lockFile } from '../files/file-lock.ts';
import { ifPresent } from '../files/missing-file.ts';
import { maxTreeMs } from '../model/limits.ts';
import type { Threads } from '../threads/threads.ts';
import { seal } from './seal.ts';

/**
 * Folders by id, which are complete once they exist and never change. Each is filled under another name and then renamed, so a
 * process that dies halfway leaves no incomplete checkout.
 */
export interface Checkouts {
  /** The folder of all checkouts, which containers mount. */
  readonly folder: string;
  /** The folder of an id. If it is missing, one process calls `fill` and the others wait. Rejects as `fill` does. */
  get(id: string, fill: Fill<void>): Promise<string>;
  /** Adds a folder whose id is the result of `fill`; returns the id. `kind` names the draft. Rejects as `fill` does. */
  add(kind: string, fill: Fill<string>): Promise<string>;
  /** Removes those that are not `inUse` and were not requested for `unusedForMs`; returns their ids. */
  prune(inUse: ReadonlySet<string>, unusedForMs: number): Promise<string[]>;
}

/** Fills an empty folder. `lock` is for child processes to keep, should they outlive this one. */
export type Fill<Result> = (draft: string, lock: number) => Promise<Result>;

/** `home` contains checkouts, drafts and locks. When `signal` aborts, calls that wait for another process reject. */
export async function createCheckouts(
  home: string,
  threads: Threads,
  signal: AbortSignal,
): Promise<Checkouts> {
  const folder = join(home, 'checkouts');
  const drafts = join(home, 'drafts');
  const locks = join(home, 'locks');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Checkouts have files with passwords. Containers mount `folder` and read it as any user; on this machine its parent keeps other
  // users out.
  await chmod(home, 0o700);
  await chmod(folder, 0o755);
  for (const path of [drafts, locks]) await mkdir(path, { recursive: true, mode: 0o700 });

  const pathOf = (id: string) => join(folder, id);
  const has = (id: string) => exists(pathOf(id));
  const draftPath = (id: string) => join(drafts, `${id}~${randomBytes(6).toString('hex')}`);

  /** Holds the lock of a name while `work` runs, so that existing drafts of that name belong to dead processes. */
  const withLock = async <T>(name: string, work: (lock: number) => Promise<T>): Promise<T> => {
    const lock = await lockFile(join(locks, name), { signal });
    try {
      lock.touch();
      return await work(lock.fd);
    } catch (error) {
      throw asDiskFull(error);
    } finally {
      lock.release();
    }
  };

  const fillDraft = async <T>(
    name: string,
    lock: number,
    fill: Fill<T>,
    use: (draft: string, result: T) => Promise<void>,
  ) => {
    for (const entry of await readdir(drafts)) {
      if (entry.startsWith(`${name}~`)) await rm(join(drafts, entry), { recursive: true, force: true });
    }
    const draft = draftPath(name);
    try {
      await mkdir(draft);
      const result = await fill(draft, lock);
      await threads.run(seal, { root: draft }, { subject: 'the test module', limitMs: maxTreeMs, signal });
      await use(draft, result);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  };

  return {
    folder,

    async get(id, fill) {
      await withLock(id, async (lock) => {
        if (await has(id)) return;
        await fillDraft(id, lock, fill, (draft) => rename(draft, pathOf(id)));
      });
      return pathOf(id);
    },

    async add(kind, fill) {
      let added = '';
      await withLock(kind, (lock) =>
        fillDraft(kind, lock, fill, async (draft, id) => {
          added = id;
          await withLock(id, async () => {
            if (!(await has(id))) await rename(draft, pathOf(id));
          });
        }),
      );
      return added;
    },

    async prune(inUse, unusedForMs) {
      const removed: string[] = [];
      for (const id of await readdir(folder)) {
        if (inUse.has(id)) continue;
        // Without the lock, which takes a process: most checkouts are recent.
        const requested = await ifPresent(stat(join(locks, id)));
        if (requested && Date.now() - requested.mtimeMs < unusedForMs) continue;
        const lock = await lockFile(join(locks, id), { wait: false });
        if (!lock) continue;
        const unused = Date.now() - lock.touched.getTime() >= unusedForMs && (await has(id));
        // Renamed in one step, so that no process finds half of it.
        const trash = draftPath(id);
        if (unused) await rename(pathOf(id), trash);
        lock.release({ remove: unused });
        if (!unused) continue;
        await rm(trash, { recursive: true, force: true });
        removed.push(id);
      }
      return removed;
    },
  };
}
