import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A turn of the event loop hashes so much, in 1 to 3 ms. */
const pieceBytes = 1024 * 1024;

/** SHA-256 of contents one after the other, in hexadecimal digits. However large they are, the event loop turns meanwhile. */
export async function hashPieces(contents: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256');
  for (const content of contents) {
    for (let at = 0; at < content.length; at += pieceBytes) {
      if (at > 0) await nextTurn();
      hash.update(content.subarray(at, at + pieceBytes));
    }
  }
  return hash.digest('hex');
}
