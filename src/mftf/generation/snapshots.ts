import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { hashPieces } from '../../files/hash-pieces.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { Logger } from '../../log.ts';
import { acquireGenerationLock } from './generation-lock.ts';

/** The result of a generation: the packed files, and the tests that MFTF could not generate, with its messages. */
export interface Snapshot {
  archive: Buffer;
  missing: Missing[];
}

export interface Missing {
  name: string;
  suite: string | undefined;
  message: string;
}

/** A snapshot that was just generated. */
export interface NewSnapshot extends Snapshot {
  /** The key of all that it actually depends on; `undefined` when no other run may use it. */
  key: string | undefined;
}

export interface SnapshotLookup {
  snapshot: Snapshot;
  /** The key it is stored under; `undefined` when it was just generated. */
  storedKey: string | undefined;
}

/** An event for the log of the run. */
export interface SnapshotEvent {
  code: 'GENERATION_AWAITED' | 'SNAPSHOT_DAMAGED';
  message: string;
}

export interface SnapshotRequest {
  generateSnapshot(): Promise<NewSnapshot>;
  signal: AbortSignal;
  onEvent(event: SnapshotEvent): unknown;
}

/** Generated files, by a key of all that they depend on. All processes that use the folder share them. */
export interface Snapshots {
  /**
   * The snapshot of any of these keys. If there is none, one caller at a time per first key generates it, while the others wait;
   * when it fails, the next one tries. Rejects as `generateSnapshot` does, or with the reason of the signal.
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

/** The age of files that a process left which was killed while writing. */
const abandonedMs = 3_600_000;
const extension = '.snapshot';

/**
 * Each snapshot is one file: the hash of the rest, a line with the missing tests, the archive. It is written atomically. Its
 * modification time is its last use: beyond `maxBytes` the least recently used are removed.
 */
export function createSnapshots(deps: { folder: string; maxBytes: number; log: Logger }): Snapshots {
  const { folder, maxBytes, log } = deps;
  const pathOf = (key: string) => join(folder, `${key}${extension}`);

  async function readSnapshot(key: string): Promise<Snapshot | 'damaged' | undefined> {
    const path = pathOf(key);
    const bytes = await ifPresent(readFile(path));
    if (!bytes) return undefined;
    const snapshot = await decode(bytes);
    if (!snapshot) return 'damaged';
    const now = new Date();
    // Another process may have removed it meanwhile; the content is still valid.
    await ifPresent(utimes(path, now, now));
    return snapshot;
  }

  async function writeSnapshot(key: string, snapshot: Snapshot): Promise<void> {
    const path = pathOf(key);
    await writeFileAtomically(path, await encode(snapshot), { mode: 0o600, flush: true });
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
      log.info({ path }, 'Removed the least recently used snapshot to make room');
      await rm(path, { force: true });
    }
  }

  /** The first stored snapshot of the keys, and the damaged ones before it. */
  async function find(keys: string[]): Promise<{ stored?: SnapshotLookup; damaged: string[] }> {
    const damaged: string[] = [];
    for (const key of keys) {
      const snapshot = await readSnapshot(key);
      if (snapshot === 'damaged') damaged.push(key);
      else if (snapshot) return { stored: { snapshot, storedKey: key }, damaged };
    }
    return { damaged };
  }

  return {
    async obtain(keys, { generateSnapshot, signal, onEvent }) {
      const available = await find(keys);
      if (available.stored) return available.stored;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const generationLock = await acquireGenerationLock(join(folder, `${keys[0]}.lock`), {
        signal,
        onWait: async () => {
          const message = 'Another run is generating the same tests; this one waits for it.';
          await onEvent({ code: 'GENERATION_AWAITED', message });
        },
      });
      try {
        const { stored, damaged } = await find(keys);
        if (stored) return stored;
        for (const key of damaged) {
          await rm(pathOf(key), { force: true });
          const message = `The snapshot ${key} was damaged and is generated again.`;
          await onEvent({ code: 'SNAPSHOT_DAMAGED', message });
        }
        const { key, ...snapshot } = await generateSnapshot();
        // A failed write does not affect this run; the next one generates again.
        if (key !== undefined)
          await writeSnapshot(key, snapshot).catch((err) =>
            log.warn({ err }, 'A snapshot could not be stored'),
          );
        return { snapshot, storedKey: undefined };
      } finally {
        generationLock.release();
      }
    },
  };
}

/** The content of the file, in pieces: an archive may be too large to be copied. */
async function encode({ archive, missing }: Snapshot): Promise<Uint8Array[]> {
  const rest = [Buffer.from(`${JSON.stringify({ missing })}\n`), archive];
  return [Buffer.from(`${await hashPieces(rest)}\n`), ...rest];
}

/** `undefined` when the content differs from what was written. */
async function decode(bytes: Buffer): Promise<Snapshot | undefined> {
  const first = bytes.indexOf('\n');
  const second = bytes.indexOf('\n', first + 1);
  if (first < 0 || second < 0) return undefined;
  if (bytes.subarray(0, first).toString() !== (await hashPieces([bytes.subarray(first + 1)])))
    return undefined;
  const parsed = header.safeParse(JSON.parse(bytes.subarray(first + 1, second).toString()));
  return parsed.success ? { archive: bytes.subarray(second + 1), missing: parsed.data.missing } : undefined;
}
