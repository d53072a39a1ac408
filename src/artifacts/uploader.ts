import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { runLogName, runsIn } from './artifacts.ts';
import type { BlobStore, Piece } from './blob-store.ts';

export interface Uploader {
  /** Sends what there is of a run until all of it has arrived; tries once at least, and again until `signal` aborts. Never rejects. */
  deliver(runId: number, signal: AbortSignal): Promise<void>;
  /** Begins to send what there is and what comes. */
  start(): void;
  /** Resolves when what can be sent was sent. */
  stop(): Promise<void>;
}

/** How far behind somebody is who follows the log of a run. */
const logEveryMs = 1_000;
/** Between looks at all files: there may be thousands. */
const filesEveryMs = 10_000;
/** A file that is still written to is left for the next look, so that it is not many pieces. */
const quietMs = 2_000;
/** When nothing was written for so long, files that have arrived are removed here, if their run is finished. */
const keptMs = 60_000;
const pieceBytes = 256 * 1024;

/** Names the folder of a run on this host: it is the sender. */
const senderName = '.sender';

interface Local {
  path: string;
  size: number;
  /** Since the last change. */
  silentMs: number;
}

/**
 * Sends files of runs from `folder` to a depot, and removes them here when they have arrived and their run is finished. What has
 * arrived is asked of the depot each time, so any number of processes may do so for one folder, and be killed.
 */
export function createUploader(deps: { folder: string; blobStore: BlobStore; log: Logger }): Uploader {
  const { blobStore: depot, log } = deps;
  const home = join(deps.folder, 'runs');
  const stopping = new AbortController();
  let working: Promise<void> | undefined;
  let told = false;

  /** Of a run, those that `wanted` is true for. True when all of its files have arrived. */
  async function send(runId: number, wanted: (file: Local) => boolean): Promise<boolean> {
    const folder = join(home, String(runId));
    const files = await filesBelow(folder);
    if (files.length === 0) return true;
    const sender = await senderOf(folder);
    const arrived = await depot.arrived(runId, sender);
    if (!arrived) return false;
    const missing = files.filter(({ path, size }) => size > (arrived.get(path) ?? -1));
    const sent = missing.filter(wanted);
    for (const file of sent) {
      await depot.put(runId, sender, piecesOf(folder, file, arrived.get(file.path) ?? 0));
    }
    return sent.length === missing.length;
  }

  async function sendLog(runId: number): Promise<void> {
    const folder = join(home, String(runId));
    const size = (await stat(join(folder, runLogName)).catch(notThere))?.size ?? 0;
    if (size === 0) return;
    const sender = await senderOf(folder);
    const from = (await depot.arrived(runId, sender))?.get(runLogName) ?? 0;
    if (size <= from) return;
    await depot.put(runId, sender, piecesOf(folder, { path: runLogName, size }, from));
  }

  async function sendAll(wanted: (file: Local) => boolean): Promise<void> {
    const complete: number[] = [];
    for (const runId of await runsIn(home)) {
      const silent = (await filesBelow(join(home, String(runId)))).every(({ silentMs }) => silentMs > keptMs);
      if ((await send(runId, wanted)) && silent) complete.push(runId);
    }
    for (const runId of await depot.finished(complete)) {
      await rm(join(home, String(runId)), { recursive: true, force: true });
    }
  }

  /** Says once that nothing can be sent, and once that it can again. */
  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      if (told) log.info('Files of runs are sent again');
      told = false;
      return true;
    } catch (error) {
      const { code, message } = toFault(error);
      if (!told) log.warn({ code }, `Files of runs wait on this host: ${message}`);
      told = true;
      return false;
    }
  }

  async function work(): Promise<void> {
    let lookedAt = Number.NEGATIVE_INFINITY;
    while (!stopping.signal.aborted) {
      if (performance.now() - lookedAt >= filesEveryMs) {
        lookedAt = performance.now();
        await attempt(() => sendAll(({ silentMs }) => silentMs >= quietMs));
      }
      await attempt(async () => {
        for (const runId of await runsIn(home)) await sendLog(runId);
      });
      await delay(logEveryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    await attempt(() => sendAll(() => true));
  }

  return {
    async deliver(runId, signal) {
      while (!(await attempt(() => send(runId, () => true))) && !signal.aborted) {
        await delay(logEveryMs, undefined, { signal }).catch(() => {});
      }
    },

    start() {
      working ??= work();
    },

    async stop() {
      stopping.abort();
      await working;
    },
  };
}

/** Complete files and logs; nothing hidden. */
async function filesBelow(folder: string): Promise<Local[]> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(notThere)) ?? [];
  const files: Local[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(notThere);
    if (found)
      files.push({ path: relative(folder, path), size: found.size, silentMs: Date.now() - found.mtimeMs });
  }
  return files;
}

async function senderOf(folder: string): Promise<string> {
  const path = join(folder, senderName);
  await writeFile(path, randomUUID(), { flag: 'wx', mode: 0o640 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return readFile(path, 'utf8');
}

/** As much as there was when it was looked at; one piece without bytes for an empty file. */
async function* piecesOf(
  folder: string,
  { path, size }: Pick<Local, 'path' | 'size'>,
  from: number,
): AsyncGenerator<Piece> {
  const file = await open(join(folder, path));
  try {
    let start = from;
    do {
      const wanted = Math.min(pieceBytes, size - start);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(wanted), 0, wanted, start);
      yield { path, start, bytes: buffer.subarray(0, bytesRead) };
      if (bytesRead === 0) return;
      start += bytesRead;
    } while (start < size);
  } finally {
    await file.close();
  }
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
