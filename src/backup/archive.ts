import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { asDiskFull, Fault } from '../faults/fault.ts';
import { ifPresent } from '../files/missing-file.ts';

/** An archive that is being written: a tar file, compressed with gzip, with a digest over all of its content. */
export interface ArchiveWriter {
  /** Adds an entry. `size` is that of a stream, which must have exactly so many bytes. */
  add(name: string, content: Buffer | { stream: Readable; size: number }): Promise<void>;
  /** SHA-256 of the names, sizes and contents of the entries so far, as hexadecimal digits. */
  digest(): string;
}

/**
 * Writes an archive with what `work` adds. There is no file of that name until it is complete and on the disk. Errors: INPUT_INVALID when
 * the file exists or its folder does not, DISK_FULL; those of `work`. A draft is removed then.
 */
export async function writeArchive(
  path: string,
  work: (archive: ArchiveWriter) => Promise<void>,
): Promise<{ bytes: number }> {
  if (await ifPresent(stat(path))) throw existing(path);
  if (!(await ifPresent(stat(dirname(path)))))
    throw new Fault('INPUT_INVALID', `The folder ${dirname(path)} does not exist.`);
  const draft = `${path}.${randomUUID()}.draft`;
  const tar = pack();
  const hash = createHash('sha256');
  // The content decides: screenshots are compressed already, rows and logs shrink to a tenth at the fastest level.
  const compressed = createGzip({ level: constants.Z_BEST_SPEED });
  const written = pipeline(tar, compressed, createWriteStream(draft, { flags: 'wx', mode: 0o600 }));
  written.catch(() => undefined);
  /** Rejects when the file cannot be written, which an entry that waits for its turn would never notice. */
  const orBroken = <T>(step: Promise<T>): Promise<T> =>
    Promise.race([step, written.then(() => Promise.reject(new Error('The archive has ended.')))]);
  try {
    await work({
      async add(name, content) {
        const size = Buffer.isBuffer(content) ? content.length : content.size;
        hash.update(entryHead(name, size));
        const entry = tar.entry({ name, size, mode: 0o600 });
        const source = Buffer.isBuffer(content) ? Readable.from([content]) : content.stream;
        const counted = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk);
            done(null, chunk);
          },
        });
        await orBroken(pipeline(source, counted, entry));
      },
      digest: () => hash.copy().digest('hex'),
    });
    tar.finalize();
    await written;
    const handle = await open(draft);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Not a rename, which would replace a file that was created meanwhile.
    await link(draft, path).catch((error) => {
      throw error.code === 'EEXIST' ? existing(path) : error;
    });
    return { bytes: (await stat(path)).size };
  } catch (error) {
    tar.destroy();
    throw asDiskFull(error);
  } finally {
    await rm(draft, { force: true });
  }
}

const existing = (path: string) =>
  new Fault('INPUT_INVALID', `The file ${path} exists; a backup never replaces one.`);

const entryHead = (name: string, size: number): string => `${JSON.stringify(name)} ${size}\n`;

/** An entry that is read. */
export interface ArchiveEntry {
  name: string;
  size: number;
  /** Consume it before the next entry; what is left is skipped. */
  content: AsyncIterable<Buffer>;
  /** The digest of all entries before this one. */
  digestBefore: string;
}

/**
 * The entries of an archive, from its beginning. Errors: NOT_FOUND without a file; BACKUP_INVALID when it is not an archive, damaged or
 * cut off.
 */
export async function* readArchive(path: string): AsyncGenerator<ArchiveEntry> {
  if (!(await ifPresent(stat(path)))) throw new Fault('NOT_FOUND', `There is no file ${path}.`);
  const source = createReadStream(path);
  const tar = extract();
  const hash = createHash('sha256');
  // Its errors reach the loop below through `tar`.
  pipeline(source, createGunzip(), tar).catch(() => undefined);
  const entries = tar[Symbol.asyncIterator]();
  const invalid = (error: unknown) =>
    new Fault('BACKUP_INVALID', `${path} cannot be read as a backup: ${(error as Error).message}.`, {
      cause: error,
    });
  try {
    for (;;) {
      const next = await entries.next().catch((error: unknown) => Promise.reject(invalid(error)));
      if (next.done) return;
      const entry = next.value;
      const { name, size = 0 } = entry.header;
      const digestBefore = hash.copy().digest('hex');
      hash.update(entryHead(name, size));
      const content = contentOf(entry, hash, invalid);
      yield { name, size, content, digestBefore };
      for await (const _ of content);
    }
  } finally {
    tar.destroy();
    source.destroy();
  }
}

async function* contentOf(
  entry: AsyncIterable<unknown>,
  hash: Hash,
  invalid: (error: unknown) => Fault,
): AsyncGenerator<Buffer> {
  const chunks = entry[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((error: unknown) => Promise.reject(invalid(error)));
    if (next.done) return;
    const chunk = next.value as Buffer;
    hash.update(chunk);
    yield chunk;
  }
}

/** Reads a small entry. Errors: BACKUP_INVALID when it is larger than `limit` bytes. */
export async function readEntry({ name, size, content }: ArchiveEntry, limit: number): Promise<Buffer> {
  if (size > limit)
    throw new Fault('BACKUP_INVALID', `The entry ${name} has ${size} bytes, which is too much.`);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
