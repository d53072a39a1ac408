import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { namedDiskFull } from '../faults/fault.ts';

/**
 * Appends to a file up to `limit` bytes, also over several writers one after the other. What comes after that is dropped,
 * and one line says so; the size of the file then is above the limit, and that is how the next writer knows.
 */
export function createLogWriter(path: string, limit: number): Writable {
  let file: FileHandle;
  let size = 0;

  const append = async (chunk: Buffer): Promise<void> => {
    if (size > limit) return;
    const fits = chunk.subarray(0, limit - size);
    const cut =
      fits.length < chunk.length ? `\n[matre] The log is cut here: it is larger than ${limit} bytes.\n` : '';
    const bytes = cut === '' ? fits : Buffer.concat([fits, Buffer.from(cut)]);
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
        (error) => done(namedDiskFull(error) as Error),
      );
    },
    write(chunk: Buffer, _encoding, done) {
      append(chunk).then(
        () => done(),
        (error) => done(namedDiskFull(error) as Error),
      );
    },
    // Many small lines of a test cost one write.
    writev(chunks, done) {
      const whole = Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer));
      append(whole).then(
        () => done(),
        (error) => done(namedDiskFull(error) as Error),
      );
    },
    destroy(error, done) {
      // `file` is not there when it could not be opened.
      Promise.resolve(file?.close()).then(
        () => done(error),
        (closing) => done(error ?? closing),
      );
    },
  });
}
