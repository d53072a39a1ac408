import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../faults/fault.ts';

/**
 * A name for a file or folder out of any text, such as the name that a container gave to a file: still readable, never a
 * path, never hidden. A text that had to be changed gets a few letters of its hash, so that two of them do not meet.
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

/** At most so many bytes of UTF-8, without half a character at the end. */
function cut(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD$/, '');
}

/** A path below a folder. Errors: PATH_OUTSIDE for one that is not below it, whatever is or is not there. */
export function pathInside(folder: string, path: string): string {
  const segments = path.split(/[/\\]/);
  const leaves = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  if (leaves || path.includes('\0')) {
    throw new Fault('PATH_OUTSIDE', `${JSON.stringify(path)} is not a path inside the folder of the run.`);
  }
  return join(folder, ...segments);
}
