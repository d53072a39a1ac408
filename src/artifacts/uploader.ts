import { randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { delay } from '../async/delay.ts';
import { createOutageLog } from '../async/outage-log.ts';
import { toFault } from '../faults/fault.ts';
import { createFileOnce } from '../files/create-once.ts';
import { ifPresent } from '../files/missing-file.ts';
import type { Logger } from '../log.ts';
import { runLogName } from './artifacts.ts';
import type { BlobStore, FileChunk } from './blob-store.ts';
import type { RunFolders } from './run-folders.ts';

export interface Uploader {
  /** Uploads the files of a run until all have arrived; tries at least once, and again until `signal` aborts. Never rejects. */
  deliver(runId: number, signal: AbortSignal): Promise<void>;
  /** Starts to upload existing and new files in the background. */
  start(): void;
  /** Resolves after a last try to upload everything. */
  stop(): Promise<void>;
}

/** Between uploads of logs: the delay for a user who follows the log of a run. */
const logEveryMs = 1_000;
/** Between scans of all files: there may be thousands. */
const filesEveryMs = 10_000;
/** A file that changed more recently is left for the next scan, so that it is not uploaded in many chunks. */
const quietMs = 2_000;
/** When nothing was written for so long, files that have arrived are removed from this host, if their run is finished. */
const retentionMs = 60_000;
const chunkBytes = 256 * 1024;

/** The file with the id of the folder of a run on this host: the sender. */
const senderName = '.sender';

interface LocalFile {
  path: string;
  size: number;
  /** Since the last change. */
  silentMs: number;
}

/**
 * Uploads files of runs from their folders to a blob store, and removes them from this host when they have arrived and their run is
 * finished. The blob store is queried each time for what has arrived, so any number of processes may upload from one folder, and
 * may be killed.
 */
export function createUploader(deps: { folders: RunFolders; blobStore: BlobStore; log: Logger }): Uploader {
  const { folders, log } = deps;
  const { upload, uploadLog, uploadAll } = createUploads(deps);
  const stopping = new AbortController();
  const outage = createOutageLog({
    onBegin(error) {
      const { code, message } = toFault(error);
      log.warn({ code, reason: message }, 'Files of runs cannot be uploaded and wait on this host');
    },
    onEnd: () => log.info('Files of runs are uploaded again'),
  });
  let running: Promise<void> | undefined;

  /** Whether `work` succeeded; logs when uploads begin to fail and when they succeed again. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      outage.succeeded();
      return true;
    } catch (error) {
      outage.failed(error);
      return false;
    }
  }

  async function run(): Promise<void> {
    let scannedAt = Number.NEGATIVE_INFINITY;
    while (!stopping.signal.aborted) {
      if (performance.now() - scannedAt >= filesEveryMs) {
        scannedAt = performance.now();
        await attempt(() => uploadAll(({ silentMs }) => silentMs >= quietMs));
      }
      await attempt(async () => {
        for (const runId of await folders.numbers()) await uploadLog(runId);
      });
      await delay(logEveryMs, stopping.signal);
    }
    await attempt(() => uploadAll(() => true));
  }

  return {
    async deliver(runId, signal) {
      while (!(await attempt(() => upload(runId, () => true))) && !signal.aborted) {
        await delay(logEveryMs, signal);
      }
    },

    start() {
      running ??= run();
    },

    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** What can be uploaded of the runs of this host, each thing once. Rejects with the errors of the blob store. */
function createUploads({ folders, blobStore }: { folders: RunFolders; blobStore: BlobStore }) {
  /** Uploads the files of a run that `isIncluded` accepts. True when all of its files have arrived. */
  async function upload(runId: number, isIncluded: (file: LocalFile) => boolean): Promise<boolean> {
    const folder = await folders.find(runId);
    if (folder === undefined) return true;
    const files = await filesBelow(folder);
    if (files.length === 0) return true;
    const sender = await senderOf(folder);
    const arrived = await blobStore.arrived(runId, sender);
    if (!arrived) return false;
    const missing = files.filter(({ path, size }) => size > (arrived.get(path) ?? -1));
    const included = missing.filter(isIncluded);
    for (const file of included) {
      await blobStore.put(runId, sender, chunksOf(folder, file, arrived.get(file.path) ?? 0));
    }
    return included.length === missing.length;
  }

  async function uploadLog(runId: number): Promise<void> {
    const folder = await folders.find(runId);
    if (folder === undefined) return;
    const size = (await ifPresent(stat(join(folder, runLogName))))?.size ?? 0;
    if (size === 0) return;
    const sender = await senderOf(folder);
    const from = (await blobStore.arrived(runId, sender))?.get(runLogName) ?? 0;
    if (size <= from) return;
    await blobStore.put(runId, sender, chunksOf(folder, { path: runLogName, size }, from));
  }

  async function uploadAll(isIncluded: (file: LocalFile) => boolean): Promise<void> {
    const complete: number[] = [];
    for (const runId of await folders.numbers()) {
      const folder = await folders.find(runId);
      if (folder === undefined) continue;
      const files = await filesBelow(folder);
      const isQuiet = files.every(({ silentMs }) => silentMs > retentionMs);
      if ((await upload(runId, isIncluded)) && isQuiet) complete.push(runId);
    }
    for (const runId of await blobStore.finished(complete)) {
      const folder = await folders.find(runId);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }

  return { upload, uploadLog, uploadAll };
}

/** Complete files and logs, without hidden ones. */
async function filesBelow(folder: string): Promise<LocalFile[]> {
  const entries = (await ifPresent(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
  const files: LocalFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    const stats = await ifPresent(stat(path));
    if (stats)
      files.push({ path: relative(folder, path), size: stats.size, silentMs: Date.now() - stats.mtimeMs });
  }
  return files;
}

/** The id of a folder, which is created with its first upload. */
function senderOf(folder: string): Promise<string> {
  return createFileOnce(join(folder, senderName), randomUUID(), 0o640);
}

/** A file from an offset, up to the size that it had when it was scanned; one chunk without bytes for an empty file. */
async function* chunksOf(
  folder: string,
  { path, size }: Pick<LocalFile, 'path' | 'size'>,
  from: number,
): AsyncGenerator<FileChunk> {
  const file = await open(join(folder, path));
  try {
    let start = from;
    do {
      const length = Math.min(chunkBytes, size - start);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, start);
      yield { path, start, bytes: buffer.subarray(0, bytesRead) };
      if (bytesRead === 0) return;
      start += bytesRead;
    } while (start < size);
  } finally {
    await file.close();
  }
}
