import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import type { Redactor } from '../mftf/redaction/redactor.ts';
import { isPicture } from '../mftf/results/picture.ts';

/** A trace of a test has a few hundred files. */
const maxTrace = { files: 20_000, bytes: 256 * 1024 * 1024 };

/**
 * Hides secrets in a trace of Playwright, a zip archive with what the browser sent and showed. False when it cannot be read within the
 * limits: then it must not be kept.
 */
export async function redactTrace(path: string, redactor: Redactor, max = maxTrace): Promise<boolean> {
  const copy = `${path}.redacted`;
  const stop = new AbortController();
  const zip = new ZipFile();
  const output = zip.outputStream.pipe(new PassThrough());
  const writing = pipeline(output, createWriteStream(copy, { mode: 0o600 }), { signal: stop.signal });
  writing.catch(() => undefined);
  let archive: Awaited<ReturnType<typeof openPromise>> | undefined;
  try {
    archive = await openPromise(path);
    if (archive.entryCount > max.files) return false;
    let left = max.bytes;
    for await (const entry of archive.eachEntry()) {
      left -= entry.uncompressedSize;
      if (left < 0) return false;
      if (entry.fileName.endsWith('/')) continue;
      const content = await buffer(await archive.openReadStreamPromise(entry));
      const start = content.subarray(0, 16);
      const shown = isPicture(start) ? content : await redact(content, redactor);
      zip.addBuffer(shown, redactor.text(entry.fileName));
    }
    zip.end();
    await writing;
    await rename(copy, path);
    return true;
  } catch {
    return false;
  } finally {
    archive?.close();
    stop.abort();
    await rm(copy, { force: true });
  }
}

async function redact(content: Buffer, redactor: Redactor): Promise<Buffer> {
  const stream = redactor.stream();
  stream.end(content);
  return buffer(stream);
}
