import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault, namedDiskFull } from '../faults/fault.ts';
import { createLogWriter } from './log-writer.ts';
import { pathInside } from './safe-name.ts';

/** A file of a run. `path` is relative to the folder of the run, with `/` between its parts. */
export interface Artifact {
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * The files of runs: logs, screenshots, pages, results, in one folder for each run.
 * Errors of all that takes a path: PATH_OUTSIDE when it would leave the folder of the run, DISK_FULL.
 */
export interface Artifacts {
  /** Writes a file as a whole: until it is complete, there is none of that name. Replaces one that is there. */
  write(runId: number, path: string, content: Readable | Buffer | string): Promise<Artifact>;
  /** Appends to the log of a run, across attempts. End it when done; a full disk is an `error` of the stream. */
  runLog(runId: number): Promise<Writable>;
  /** The same for another log, of a test for one. Each log is bounded by itself. */
  log(runId: number, path: string): Promise<Writable>;
  /** At most `limit` bytes of the log of a run, from an offset; none when there are none (yet). */
  readLog(runId: number, from: number, limit: number): Promise<Buffer>;
  /** Bytes of the log of a run; 0 when there is none (yet). */
  logSize(runId: number): Promise<number>;
  /** A file for reading. Errors: NOT_FOUND. */
  open(runId: number, path: string): Promise<{ stream: Readable; size: number }>;
  /** All files of a run, by path. */
  list(runId: number): Promise<Artifact[]>;
  /** The runs that have files, by number. */
  runs(): Promise<number[]>;
  /**
   * Resolves when everybody can read what was written here; gives up after `signal` has aborted, and goes on by itself. Never
   * rejects.
   */
  deliver(runId: number, signal: AbortSignal): Promise<void>;
  /** Everything of a run. False when there was nothing. */
  remove(runId: number): Promise<boolean>;
}

/** Files that are not complete yet. */
const unfinished = '.unfinished-';

export const runLogName = 'run.log';

/** `logBytes`: how much of one log is kept. */
export function createArtifacts(options: { folder: string; logBytes: number }): Artifacts {
  const home = resolve(options.folder);

  const folderOf = (runId: number): string => {
    if (!Number.isSafeInteger(runId) || runId < 1)
      throw new Fault('INPUT_INVALID', `${runId} is not the number of a run.`);
    return join(home, 'runs', String(runId));
  };

  /** With the folders above it. */
  const place = async (runId: number, path: string): Promise<string> => {
    const place = pathInside(folderOf(runId), path);
    await named(mkdir(dirname(place), { recursive: true, mode: 0o750 }));
    return place;
  };

  const log = async (runId: number, path: string) =>
    createLogWriter(await place(runId, path), options.logBytes);

  return {
    async write(runId, path, content) {
      const target = await place(runId, path);
      const draft = join(folderOf(runId), `${unfinished}${randomBytes(6).toString('hex')}`);
      try {
        const source = content instanceof Readable ? content : Readable.from([content]);
        await pipeline(source, createWriteStream(draft, { flags: 'wx', mode: 0o640 }));
        const { size } = await stat(draft);
        await rename(draft, target);
        return { path, size };
      } catch (error) {
        await rm(draft, { force: true });
        throw namedDiskFull(error);
      }
    },

    runLog: (runId) => log(runId, runLogName),
    log,

    async readLog(runId, from, limit) {
      const file = await open(join(folderOf(runId), runLogName)).catch(notThere);
      if (!file) return Buffer.alloc(0);
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    async logSize(runId) {
      return (await stat(join(folderOf(runId), runLogName)).catch(notThere))?.size ?? 0;
    },

    async open(runId, path) {
      const folder = folderOf(runId);
      const asked = pathInside(folder, path);
      const missing = () => new Fault('NOT_FOUND', `Run ${runId} has no file ${path}.`);
      const [root, real] = await Promise.all([realpath(folder), realpath(asked)]).catch((error) => {
        notThere(error);
        throw missing();
      });
      // No part of matre makes links here; should there be one, it must not lead out.
      if (real !== join(root, relative(folder, asked))) {
        throw new Fault('PATH_OUTSIDE', `${JSON.stringify(path)} leads elsewhere.`);
      }
      const file = await open(real);
      const found = await file.stat();
      if (!found.isFile()) {
        await file.close();
        throw missing();
      }
      return { stream: file.createReadStream(), size: found.size };
    },

    async list(runId) {
      const folder = folderOf(runId);
      const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(notThere)) ?? [];
      const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
      const found = await Promise.all(
        files.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return { path: relative(folder, path), size: (await stat(path)).size };
        }),
      );
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    async runs() {
      return runsIn(join(home, 'runs'));
    },

    // Who shares the folder sees it at once.
    async deliver() {},

    async remove(runId) {
      const folder = folderOf(runId);
      const there = await stat(folder).catch(notThere);
      await rm(folder, { recursive: true, force: true });
      return there !== undefined;
    },
  };
}

/** The runs that have a folder in `home`, by number. */
export async function runsIn(home: string): Promise<number[]> {
  const names = (await readdir(home).catch(notThere)) ?? [];
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((one, other) => one - other);
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

async function named<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw namedDiskFull(error);
  });
}
