import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The first bytes of a regular file; `undefined` when it is none, or cannot be read. Never follows a link, never waits. */
export async function readStart(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(maxBytes, stats.size)), {
      position: 0,
    });
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
