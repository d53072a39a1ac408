import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { namedDiskFull } from '../faults/fault.ts';
import { exists } from '../files/exists.ts';
import { lockFile } from './file-lock.ts';
import { seal } from './seal.ts';

/**
 * Folders by id that are complete when they are there, and never change after. Each is made under another name and then
 * renamed, so a process that dies half-way leaves nothing that counts.
 */
export interface Checkouts {
  /** Where they all are; what containers mount. */
  readonly folder: string;
  /** The folder of an id. `fill` is called when there is none, by one process at a time; the others wait. */
  get(id: string, fill: Fill<void>): Promise<string>;
  /** A folder whose id follows from what `fill` puts into it; the id. `kind` keeps such drafts apart from others. */
  add(kind: string, fill: Fill<string>): Promise<string>;
  /** Removes those that are not `inUse` and were not asked for in `unusedForMs`; their ids. */
  prune(inUse: ReadonlySet<string>, unusedForMs: number): Promise<string[]>;
}

/** Fills an empty folder. `lock` is for processes that do it and could outlive this one. */
export type Fill<Result> = (draft: string, lock: number) => Promise<Result>;

/** `home` holds the checkouts and what it takes to make them. When `signal` aborts, nobody waits any more for another process. */
export async function createCheckouts(home: string, signal: AbortSignal): Promise<Checkouts> {
  const folder = join(home, 'checkouts');
  const drafts = join(home, 'drafts');
  const locks = join(home, 'locks');
  await mkdir(folder, { recursive: true });
  // Containers see it through a mount, as whatever user PHP runs as; on this machine the data folder keeps others out.
  await chmod(folder, 0o755);
  for (const path of [drafts, locks]) await mkdir(path, { recursive: true, mode: 0o700 });

  const pathOf = (id: string) => join(folder, id);
  const has = (id: string) => exists(pathOf(id));
  const draftPath = (id: string) => join(drafts, `${id}~${randomBytes(6).toString('hex')}`);

  /** Holds the lock of a name while `work` runs, so that drafts of that name belong to nobody who lives. */
  const withLock = async <T>(name: string, work: (lock: number) => Promise<T>): Promise<T> => {
    const lock = await lockFile(join(locks, name), { signal });
    try {
      lock.touch();
      return await work(lock.fd);
    } catch (error) {
      throw namedDiskFull(error);
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
    for (const left of await readdir(drafts)) {
      if (left.startsWith(`${name}~`)) await rm(join(drafts, left), { recursive: true, force: true });
    }
    const draft = draftPath(name);
    try {
      await mkdir(draft);
      const result = await fill(draft, lock);
      await seal(draft);
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
        const lock = await lockFile(join(locks, id), { wait: false });
        if (!lock) continue;
        const unused = Date.now() - lock.touched.getTime() >= unusedForMs && (await has(id));
        // Out of sight in one step, so that nobody finds half of it.
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
