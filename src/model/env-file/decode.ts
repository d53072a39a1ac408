import { isUtf8 } from 'node:buffer';
import { Fault } from '../../faults/fault.ts';

/** The largest env file that is read, in bytes: more than any real one. */
export const maxEnvFileBytes = 256 * 1024;

/**
 * The text of an env file. PHP hands the bytes of a value to the tests as they are, and matre stores text: bytes that are not UTF-8
 * would change on the way, so the file is refused.
 *
 * Errors: ENV_FILE_INVALID with the number of the first line that is not UTF-8, or has a zero byte; also for a file of more
 * than `maxEnvFileBytes`.
 */
export function decodeEnvFile(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > maxEnvFileBytes) {
    throw new Fault(
      'ENV_FILE_INVALID',
      `The file has ${buffer.length} bytes, and the limit is ${maxEnvFileBytes}.`,
    );
  }
  if (isUtf16(buffer)) throw invalid(1, 'the file is UTF-16; save it as UTF-8.');
  if (isUtf8(buffer) && !buffer.includes(0)) return buffer.toString('utf8');

  // Latin-1 keeps each byte, so that the lines can be checked one by one.
  const lines = buffer.toString('latin1').split(/\r\n?|\n/);
  const index = lines.findIndex((line) => line.includes('\0') || !isUtf8(Buffer.from(line, 'latin1')));
  throw invalid(
    index + 1,
    lines[index]?.includes('\0')
      ? 'there is a zero byte, which an environment cannot contain; save the file as UTF-8 text.'
      : 'there are bytes that are not UTF-8; save the file as UTF-8.',
  );
}

/** Whether a file begins with the byte order mark of UTF-16, or with an ASCII character of two bytes. */
function isUtf16([first, second]: Buffer): boolean {
  if (first === undefined || second === undefined) return false;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMarked || (first === 0) !== (second === 0);
}

const invalid = (line: number, problem: string) => new Fault('ENV_FILE_INVALID', `Line ${line}: ${problem}`);
