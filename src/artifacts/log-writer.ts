import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { asDiskFull } from '../faults/fault.ts';

/**
 * Appends to a file up to `limit` bytes, also over several writers one after the other. Later bytes are dropped, which one line
 * reports; the file is then larger than the limit, and that is how the next writer knows.
 */
export function createLogWriter(path: string, limit: number): Writable {
  let file: FileHandle;
  let size = 0;

  const append = async (chunk: Buffer): Promise<void> => {
    if (size > limit) return;
    const kept = chunk.subarray(0, limit - size);
    const note =
      kept.length < chunk.length ? `\n[matre] The log is cut here: it is larger than ${limit} bytes.\n` : '';
    const bytes = note === '' ? kept : Buffer.concat([kept, Buffer.from(note)]);
    await file.appendFile(bytes);
    size += bytes.length;
  };

  return new Writable({
    construct(done) {
      const start = async () => {
        file = await open(path, 'a', 0o640);
        size = (await file.stat()).size;
      };
      start().then(
        () => done(),
        (error) => done(asDiskFull(error) as Error),
      );
    },
    write(chunk: Buffer, _encoding, done) {
      append(chunk).then(
        () => done(),
        (error) => done(asDiskFull(error) as Error),
      );
    },
    // Writes the many small lines of a test at once.
    writev(chunks, done) {
      const whole = Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer));
      append(whole).then(
        () => done(),
        (error) => done(asDiskFull(error) as Error),
      );
    },
    destroy(error, done) {
      // `file` is undefined when it could not be opened.
      Promise.resolve(file?.close()).then(
        () => done(error),
        (closing) => done(error ?? closing),
      );
    },
  });
}
