import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../faults/fault.ts';

/**
 * The name of a file or folder for any text, such as the name that a container gave to a file: still readable, never a
 * path, never hidden. A text that had to be changed gets eight characters of its hash, so that two of them do not collide.
 */
export function safeName(text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .replace(/^[. -]+|[. ]+$/g, '');
  if (plain === text && text !== '' && Buffer.byteLength(text) <= 120) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const [, stem = '', extension = ''] = /^(.*?)(\.\w{1,8})?$/s.exec(plain) ?? [];
  return `${cut(stem, 100)}${stem === '' ? '' : '-'}${hash}${extension}`;
}

/** The beginning of a text, at most `bytes` bytes of UTF-8, without half a character at the end. */
function cut(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD$/, '');
}

/** A path below a folder. Errors: PATH_OUTSIDE for a path that leads out of it, whether or not it exists. */
export function pathInside(folder: string, path: string): string {
  const segments = path.split(/[/\\]/);
  const leaves = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (leaves || path.includes('\0')) {
    throw new Fault('PATH_OUTSIDE', `${JSON.stringify(path)} is not a path inside the folder of the run.`);
  }
  return join(folder, ...segments);
}
