import { rename, rm } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { openPromise } from 'yauzl';
import type { Redactor } from '../mftf/redaction/redactor.ts';
import { isPicture } from '../mftf/results/picture.ts';
import { createZipWriter } from './zip-writer.ts';

/** A trace of a test has a few hundred files. */
const maxFiles = 20_000;
const maxBytes = 256 * 1024 * 1024;

/**
 * Hides secrets in a trace of Playwright, a zip archive with what the browser sent and showed. False when it cannot be read within the
 * limits: then it must not be kept.
 */
export async function redactTrace(path: string, redactor: Redactor): Promise<boolean> {
  const copy = `${path}.redacted`;
  try {
    const archive = await openPromise(path);
    if (archive.entryCount > maxFiles) return false;
    const writer = createZipWriter(copy);
    let left = maxBytes;
    for await (const entry of archive.eachEntry()) {
      left -= entry.uncompressedSize;
      if (left < 0) return false;
      if (entry.fileName.endsWith('/')) continue;
      const content = await buffer(await archive.openReadStreamPromise(entry));
      const start = content.subarray(0, 16);
      writer.add(entry.fileName, isPicture(start) ? content : await redact(content, redactor));
    }
    await writer.close();
    await rename(copy, path);
    return true;
  } catch {
    return false;
  } finally {
    await rm(copy, { force: true });
  }
}

async function redact(content: Buffer, redactor: Redactor): Promise<Buffer> {
  const stream = redactor.stream();
  stream.end(content);
  return buffer(stream);
}
