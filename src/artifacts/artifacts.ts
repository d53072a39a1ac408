import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { ifPresent, isMissingFile } from '../files/missing-file.ts';
import { createLogWriter } from './log-writer.ts';
import type { RunFolders } from './run-folders.ts';
import { pathInside } from './safe-name.ts';

/** A file of a run. `path` is relative to the folder of the run, with `/` as separator. */
export interface Artifact {
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * The files of runs: logs, screenshots, pages, results, in one folder for each run.
 * Errors of all methods that take a path: PATH_OUTSIDE when it leads out of the folder of the run, DISK_FULL.
 */
export interface Artifacts {
  /** Writes a file as a whole: until it is complete, there is no file of that name. Replaces an existing one. */
  write(runId: number, path: string, content: Readable | Buffer | string): Promise<Artifact>;
  /** Appends to the log of a run, across attempts. End it when done; a full disk is an `error` of the stream. */
  runLog(runId: number): Promise<Writable>;
  /** The same for another log, for example of a test. The size limit applies to each log. */
  log(runId: number, path: string): Promise<Writable>;
  /** At most `limit` bytes of the log of a run, or of another one, from an offset; an empty buffer when there are none (yet). */
  readLog(runId: number, from: number, limit: number, path?: string): Promise<Buffer>;
  /** The size of the log of a run, or of another one, in bytes; 0 when there is none (yet). */
  logSize(runId: number, path?: string): Promise<number>;
  /** Opens a file for reading. `stream` ends after `size` bytes, also of a log that grows meanwhile. Errors: NOT_FOUND. */
  open(runId: number, path: string): Promise<{ stream: Readable; size: number }>;
  /** All files of a run, ordered by path. */
  list(runId: number): Promise<Artifact[]>;
  /** The ids of the runs that have files, in order. */
  runs(): Promise<number[]>;
  /**
   * Resolves when every process can read what was written here; stops waiting when `signal` aborts, while the upload continues in
   * the background. Never rejects.
   */
  deliver(runId: number, signal: AbortSignal): Promise<void>;
  /** Removes all files of a run. False when it had none. */
  remove(runId: number): Promise<boolean>;
}

/** Prefix of files that are not complete yet. */
const draftPrefix = '.unfinished-';

export const runLogName = 'run.log';

/** Stores files in the folders of runs. `logBytes`: how much of each log is kept. */
export function createArtifacts(options: { folders: RunFolders; logBytes: number }): Artifacts {
  const { folders, logBytes } = options;

  /** The folder of a run, and the absolute path of a file in it; creates both folders. */
  const prepareFile = async (runId: number, path: string): Promise<{ folder: string; file: string }> => {
    // Checked before anything is created.
    pathInside('/', path);
    const folder = await folders.create(runId);
    const file = pathInside(folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o750 }).catch((error) => {
      throw asDiskFull(error);
    });
    return { folder, file };
  };

  const log = async (runId: number, path: string) =>
    createLogWriter((await prepareFile(runId, path)).file, logBytes);

  /** The status of a log; `undefined` when there is none (yet). */
  const statLog = async (runId: number, path: string) => {
    const folder = await folders.find(runId);
    return folder === undefined ? undefined : ifPresent(stat(pathInside(folder, path)));
  };

  return {
    async write(runId, path, content) {
      // `pipeline` reports an error of the source, also one from before it begins; without a listener that would end the process.
      if (content instanceof Readable) content.on('error', () => {});
      const { folder, file } = await prepareFile(runId, path).catch((error) => {
        // Otherwise the file that it reads would stay open.
        if (content instanceof Readable) content.destroy();
        throw error;
      });
      // Not `writeFileAtomically`: the content may be a stream, and the draft is hidden from lists.
      const draft = join(folder, `${draftPrefix}${randomBytes(6).toString('hex')}`);
      try {
        const source = content instanceof Readable ? content : Readable.from([content]);
        await pipeline(source, createWriteStream(draft, { flags: 'wx', mode: 0o640 }));
        const { size } = await stat(draft);
        await rename(draft, file);
        return { path, size };
      } catch (error) {
        await rm(draft, { force: true });
        throw asDiskFull(error);
      }
    },

    runLog: (runId) => log(runId, runLogName),
    log,

    async readLog(runId, from, limit, path = runLogName) {
      const folder = await folders.find(runId);
      const file = folder === undefined ? undefined : await ifPresent(open(pathInside(folder, path)));
      if (!file) return Buffer.alloc(0);
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(limit), 0, limit, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },

    async logSize(runId, path = runLogName) {
      return (await statLog(runId, path))?.size ?? 0;
    },

    async open(runId, path) {
      pathInside('/', path);
      const missing = () => new Fault('NOT_FOUND', `Run ${runId} has no file ${path}.`);
      const folder = await folders.find(runId);
      if (folder === undefined) throw missing();
      const requested = pathInside(folder, path);
      const [root, real] = await Promise.all([realpath(folder), realpath(requested)]).catch((error) => {
        throw isMissingFile(error) ? missing() : error;
      });
      // matre creates no links here; if there is one, it must not lead out.
      if (real !== join(root, relative(folder, requested))) {
        throw new Fault('PATH_OUTSIDE', `${JSON.stringify(path)} leads elsewhere.`);
      }
      const file = await open(real);
      const stats = await file.stat();
      if (stats.isFile() && stats.size > 0) {
        return { stream: file.createReadStream({ start: 0, end: stats.size - 1 }), size: stats.size };
      }
      await file.close();
      if (!stats.isFile()) throw missing();
      return { stream: Readable.from([]), size: 0 };
    },

    async list(runId) {
      const folder = await folders.find(runId);
      if (folder === undefined) return [];
      const entries = (await ifPresent(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
      const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
      const artifacts = await Promise.all(
        files.map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return { path: relative(folder, path), size: (await stat(path)).size };
        }),
      );
      return artifacts.sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    runs: folders.numbers,

    // Processes that share the folder see its files at once.
    async deliver() {},

    async remove(runId) {
      const folder = await folders.find(runId);
      if (folder === undefined) return false;
      await rm(folder, { recursive: true, force: true });
      return true;
    },
  };
}
