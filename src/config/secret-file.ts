import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { isMissingFile } from '../files/missing-file.ts';
import type { SettingValues } from './settings/settings.ts';

/** More than any key or password. */
const maxBytes = 64 * 1024;

/**
 * The value in the file of a secret, without the line end behind it; empty for an empty file. When it cannot be read, a problem that
 * follows the name of the setting and the path.
 */
export function readSecretFile(path: string): { value: string } | { problem: string } {
  const bytes = Buffer.alloc(maxBytes + 1);
  let length = 0;
  try {
    // Opening one waits until another program writes into it, and nothing else happens meanwhile.
    if (statSync(path).isFIFO()) return { problem: 'is a pipe; it must be a file' };
    const file = openSync(path, 'r');
    try {
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(file, bytes, length, bytes.length - length, null);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { problem: `cannot be read: ${reasonOf(error)}` };
  }
  if (length > maxBytes) return { problem: `has more than ${maxBytes} bytes; it must have the secret alone` };
  const content = bytes.subarray(0, length);
  if (content.includes(0) || !isUtf8(content)) return { problem: 'is not a text' };
  return { value: content.toString('utf8').replace(/\r?\n$/, '') };
}

/**
 * The path of a file that another program reads; `undefined` without the setting, or when the file is empty: a secret of Docker has some
 * file, also where it is not used.
 */
export function findSecretFile(
  values: SettingValues,
  name: 'MATRE_MODULE_SSH_KEY' | 'MATRE_MODULE_SSH_KNOWN_HOSTS',
  problems: string[],
): string | undefined {
  const path = values[name];
  if (path === undefined) return undefined;
  const read = readSecretFile(path);
  if ('value' in read) return read.value === '' ? undefined : path;
  problems.push(`${name}: ${path} ${read.problem}`);
  return undefined;
}

function reasonOf(error: unknown): string {
  if (isMissingFile(error)) return 'there is no such file';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  if (code === 'EISDIR') {
    return 'it is a folder; Docker creates one where the file of a mount or a secret is missing';
  }
  return message;
}
