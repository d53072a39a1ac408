import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { createFileOnce } from '../files/create-once.ts';
import { lockFile } from '../files/file-lock.ts';
import { ifPresent } from '../files/missing-file.ts';
import type { Logger } from '../log.ts';

/** What tells a run from another one that has its number in another history of the database. */
export interface RunIdentity {
  /** Random; `undefined` for a run of a version that did not write it. */
  identity: string | undefined;
  queuedAt: Date;
}

/** The identities of runs in the database; `undefined` when there is no such run. Errors: DATABASE_UNREACHABLE. */
export type ReadRunIdentity = (runId: number) => Promise<RunIdentity | undefined>;

/**
 * The folders of runs on this host. After the database was restored from a backup, numbers of runs are used again, so the number alone
 * does not say to which run a folder belongs: its file `.run` has the identity of its run. A folder of another run counts as missing, and
 * is set aside before something is written in its place.
 *
 * Folders of earlier versions have no such file. One belongs to the run with its number if that run is of an earlier version too, or was
 * queued before the folder was created: a worker of an earlier version may still have executed it.
 */
export interface RunFolders {
  /** The folder of a run, which is created if it is missing. Errors: INPUT_INVALID, DISK_FULL, DATABASE_UNREACHABLE. */
  create(runId: number): Promise<string>;
  /** The folder of a run; `undefined` when it has none. Errors: INPUT_INVALID, DATABASE_UNREACHABLE. */
  find(runId: number): Promise<string | undefined>;
  /** The numbers of all folders, in order, whichever run they belong to. */
  numbers(): Promise<number[]>;
  /** Sets a folder aside unless it belongs to a run in the database. Returns whether it did. */
  setAsideForeign(runId: number): Promise<boolean>;
}

/** The file in the folder of a run that has its identity. */
const identityName = '.run';
/** A draft that is older is one of a process that died: creating it takes milliseconds. */
const abandonedMs = 10_000;
/** Between the clock of the file system and that of the database. */
const maxClockDifferenceMs = 60_000;
/** An identity never changes, so those of the latest runs are kept: logs are read every second. */
const maxCached = 10_000;

/** Folders below `<folder>/runs`; those that are set aside are below `<folder>/set-aside/runs`. */
export function createRunFolders(deps: {
  folder: string;
  readIdentity: ReadRunIdentity;
  log: Logger;
}): RunFolders {
  const { readIdentity, log } = deps;
  const home = join(resolve(deps.folder), 'runs');
  const aside = join(resolve(deps.folder), 'set-aside', 'runs');
  const cached = new Map<number, RunIdentity>();

  const pathOf = (runId: number): string => {
    if (!Number.isSafeInteger(runId) || runId < 1)
      throw new Fault('INPUT_INVALID', `${runId} is not the id of a run.`);
    return join(home, String(runId));
  };

  async function identityOf(runId: number): Promise<RunIdentity | undefined> {
    const identity = cached.get(runId) ?? (await readIdentity(runId));
    if (!identity) return undefined;
    cached.set(runId, identity);
    for (const oldest of cached.keys()) {
      if (cached.size <= maxCached) break;
      cached.delete(oldest);
    }
    return identity;
  }

  /** The owner of an existing folder: the run with its number, or another one. `undefined` without a folder. */
  async function ownerOf(runId: number): Promise<'run' | 'another' | undefined> {
    const path = pathOf(runId);
    const [stats, mark] = await Promise.all([
      ifPresent(stat(path)),
      ifPresent(readFile(join(path, identityName), 'utf8')),
    ]);
    if (!stats) return undefined;
    const run = await identityOf(runId);
    if (mark !== undefined) return mark.trim() === run?.identity ? 'run' : 'another';
    if (run?.identity === undefined) return 'run';
    return stats.birthtimeMs >= run.queuedAt.getTime() - maxClockDifferenceMs ? 'run' : 'another';
  }

  /** Sets the folder of another run aside; one process at a time, so that it is still the folder that was judged. */
  async function setAside(runId: number, isForeign: () => Promise<boolean>): Promise<boolean> {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    const lock = await lockFile(join(aside, '.lock'));
    try {
      if (!(await isForeign())) return false;
      const target = join(aside, `${runId}-${randomUUID()}`);
      await rename(pathOf(runId), target);
      log.warn({ run: runId, path: target }, 'Files of another run with the same number were set aside');
      return true;
    } finally {
      lock.release({ remove: true });
    }
  }

  /** Removes what dead processes have left of the folder of a run: another attempt creates it again. */
  async function removeDrafts(draftPrefix: string): Promise<void> {
    for (const name of await readdir(home)) {
      if (!name.startsWith(draftPrefix)) continue;
      const draft = join(home, name);
      const stats = await ifPresent(stat(draft));
      if (stats && Date.now() - stats.mtimeMs > abandonedMs)
        await rm(draft, { recursive: true, force: true });
    }
  }

  /** Creates the folder of a run with its identity in it at once, unless a process did so before. */
  async function createMarked(runId: number, identity: string): Promise<void> {
    await mkdir(home, { recursive: true, mode: 0o750 });
    const draftPrefix = `.${runId}-`;
    await removeDrafts(draftPrefix);
    const draft = await mkdtemp(join(home, draftPrefix));
    try {
      await chmod(draft, 0o750);
      await writeFile(join(draft, identityName), identity, { mode: 0o640 });
      await rename(draft, pathOf(runId));
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
    }
  }

  return {
    async create(runId) {
      const path = pathOf(runId);
      try {
        let owner = await ownerOf(runId);
        if (owner === 'another') {
          await setAside(runId, async () => (await ownerOf(runId)) === 'another');
          owner = undefined;
        }
        const identity = (await identityOf(runId))?.identity;
        if (identity === undefined) await mkdir(path, { recursive: true, mode: 0o750 });
        else if (owner === undefined) await createMarked(runId, identity);
        // A folder of an earlier version.
        else await createFileOnce(join(path, identityName), identity, 0o640);
        return path;
      } catch (error) {
        throw asDiskFull(error);
      }
    },

    async find(runId) {
      return (await ownerOf(runId)) === 'run' ? pathOf(runId) : undefined;
    },

    async numbers() {
      const names = (await ifPresent(readdir(home))) ?? [];
      return names
        .filter((name) => /^[1-9]\d*$/.test(name))
        .map(Number)
        .sort((one, other) => one - other);
    },

    async setAsideForeign(runId) {
      return setAside(runId, async () => {
        const owner = await ownerOf(runId);
        return owner === 'another' || (owner === 'run' && (await identityOf(runId)) === undefined);
      });
    },
  };
}
