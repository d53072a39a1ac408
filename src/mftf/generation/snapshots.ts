import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { Logger } from '../../log.ts';
import { acquireGenerationLock } from './generation-lock.ts';

/** What a generation left: the packed files, and the tests that MFTF could not generate, with its words. */
export interface Snapshot {
  archive: Buffer;
  missing: Missing[];
}

export interface Missing {
  name: string;
  suite: string | undefined;
  message: string;
}

/** A snapshot that was made just now. */
export interface NewSnapshot extends Snapshot {
  /** The key of all that it really depends on; `undefined` when nobody else may use it. */
  key: string | undefined;
}

export interface SnapshotLookup {
  snapshot: Snapshot;
  /** The key that it was found under; `undefined` when it was made just now. */
  entries: string | undefined;
}

/** What people should know about a snapshot that was asked for. */
export interface SnapshotEvent {
  code: 'GENERATION_AWAITED' | 'SNAPSHOT_DAMAGED';
  message: string;
}

export interface SnapshotRequest {
  generateSnapshot(): Promise<NewSnapshot>;
  signal: AbortSignal;
  onEvent(event: SnapshotEvent): unknown;
}

/** What was generated, by a key of all that it depends on. Shared by all processes that have the folder. */
export interface Snapshots {
  /**
   * The snapshot of any of these keys. When there is none `make` is called, by one at a time for each first key; the others wait
   * for it, and when it fails the next one tries. Rejects with what `make` rejects with, or the reason of the signal.
   */
  obtain(keys: [string, ...string[]], request: SnapshotRequest): Promise<SnapshotLookup>;
}

const header = z.object({
  missing: z.array(
    z.object({
      name: z.string(),
      suite: z
        .string()
        .optional()
        .transform((suite) => suite),
      message: z.string(),
    }),
  ),
});

/** What a process left that was killed while it wrote. */
const abandonedMs = 3_600_000;
const extension = '.snapshot';

/**
 * Each snapshot is one file: the hash of the rest, a line that tells what is missing, the archive. It is written under another name
 * and then renamed. Its time is when it was last used: beyond `maxBytes` the oldest go.
 */
export function createSnapshots(deps: { folder: string; maxBytes: number; log: Logger }): Snapshots {
  const { folder, maxBytes, log } = deps;
  const pathOf = (key: string) => join(folder, `${key}${extension}`);

  async function read(key: string): Promise<Snapshot | 'damaged' | undefined> {
    const path = pathOf(key);
    const bytes = await ifPresent(readFile(path));
    if (!bytes) return undefined;
    const snapshot = decode(bytes);
    if (!snapshot) return 'damaged';
    const now = new Date();
    // Another process may just have removed it; what was read is still good.
    await ifPresent(utimes(path, now, now));
    return snapshot;
  }

  async function write(key: string, snapshot: Snapshot): Promise<void> {
    const path = pathOf(key);
    await writeFileAtomically(path, encode(snapshot), { mode: 0o600, flush: true });
    await prune();
  }

  async function prune(): Promise<void> {
    const entries: { path: string; bytes: number; usedAt: number }[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const info = await ifPresent(stat(path));
      if (!info) continue;
      if (name.endsWith(extension)) entries.push({ path, bytes: info.size, usedAt: info.mtimeMs });
      else if (Date.now() - info.mtimeMs > abandonedMs) await rm(path, { force: true });
    }
    entries.sort((a, b) => b.usedAt - a.usedAt);
    let totalBytes = 0;
    for (const { path, bytes } of entries) {
      totalBytes += bytes;
      if (totalBytes <= maxBytes) continue;
      log.info({ path }, 'A snapshot that was not used for long makes room');
      await rm(path, { force: true });
    }
  }

  /** What is there under any of the keys, and which of the others are damaged. */
  async function find(keys: string[]): Promise<{ entries?: SnapshotLookup; damaged: string[] }> {
    const damaged: string[] = [];
    for (const key of keys) {
      const snapshot = await read(key);
      if (snapshot === 'damaged') damaged.push(key);
      else if (snapshot) return { entries: { snapshot, entries: key }, damaged };
    }
    return { damaged };
  }

  return {
    async obtain(keys, { generateSnapshot: make, signal, onEvent }) {
      const available = await find(keys);
      if (available.entries) return available.entries;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const generationLock = await acquireGenerationLock(join(folder, `${keys[0]}.lock`), {
        signal,
        onWait: async () => {
          const message = 'Another run is generating the same tests; this one waits for it.';
          await onEvent({ code: 'GENERATION_AWAITED', message });
        },
      });
      try {
        const { entries: found, damaged } = await find(keys);
        if (found) return found;
        for (const key of damaged) {
          await rm(pathOf(key), { force: true });
          const message = `The snapshot ${key} was damaged and is made again.`;
          await onEvent({ code: 'SNAPSHOT_DAMAGED', message });
        }
        const { key, ...snapshot } = await make();
        // The run has what it needs; the next one makes it again.
        if (key !== undefined)
          await write(key, snapshot).catch((err) => log.warn({ err }, 'A snapshot is not kept'));
        return { snapshot, entries: undefined };
      } finally {
        generationLock.release();
      }
    },
  };
}

function encode({ archive, missing }: Snapshot): Buffer {
  const rest = Buffer.concat([Buffer.from(`${JSON.stringify({ missing })}\n`), archive]);
  return Buffer.concat([Buffer.from(`${hashOf(rest)}\n`), rest]);
}

/** `undefined` when it is not, to the last bit, what was written. */
function decode(bytes: Buffer): Snapshot | undefined {
  const first = bytes.indexOf('\n');
  const second = bytes.indexOf('\n', first + 1);
  if (first < 0 || second < 0) return undefined;
  if (bytes.subarray(0, first).toString() !== hashOf(bytes.subarray(first + 1))) return undefined;
  const parsed = header.safeParse(JSON.parse(bytes.subarray(first + 1, second).toString()));
  return parsed.success ? { archive: bytes.subarray(second + 1), missing: parsed.data.missing } : undefined;
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
