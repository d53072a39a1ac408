import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';

/**
 * Bytes of one row or of one statement without rows. The longest of php-matre are outputs of runs, which it cuts at 100 kB; an INSERT
 * statement may have any length, because its rows are read one by one.
 */
const maxPartBytes = 64 * 1024 * 1024;

/** How files begin that are no text in UTF-8 or latin1, by their first bytes in hexadecimal, and what they are. */
const otherFiles: Readonly<Record<string, string>> = {
  fffe: 'is in UTF-16, as PowerShell writes it: write it with the option --result-file of mariadb-dump',
  feff: 'is in UTF-16: write it with the option --result-file of mariadb-dump',
  '504b0304': 'is a zip archive: unpack it, or compress the dump by gzip',
  fd377a58: 'is compressed by xz: unpack it, or compress the dump by gzip',
  '425a68': 'is compressed by bzip2: unpack it, or compress the dump by gzip',
  '28b52ffd': 'is compressed by zstd: unpack it, or compress the dump by gzip',
};

/** The bytes of a dump, unpacked. Errors: INPUT_INVALID when there is no such file; IMPORT_SOURCE_INVALID for a file of another form. */
export async function openDumpFile(path: string, bytes: number): Promise<Readable> {
  try {
    const file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    await file.close();
    const first = buffer.toString('hex', 0, bytesRead);
    const other = Object.keys(otherFiles).find((beginning) => first.startsWith(beginning));
    if (other !== undefined) throw new Fault('IMPORT_SOURCE_INVALID', `${path} ${otherFiles[other]}.`);
    const stream = createReadStream(path, { highWaterMark: bytes });
    if (!first.startsWith('1f8b')) return stream;
    const plain = createGunzip();
    stream.on('error', (error) => plain.destroy(error));
    return stream.pipe(plain);
  } catch (error) {
    if (isFault(error, 'IMPORT_SOURCE_INVALID')) throw error;
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be read: ${toFault(error).message}`), {
      cause: error,
    });
  }
}

/** The part of the file that is in memory. */
export interface DumpWindow {
  text(): string;
  position: number;
  /** The place in the file of an index of the text. */
  offset(index: number): number;
  /** Reads on, at least as much as there is: a part that is long is scanned a few times. False at the end of the file. */
  grow(): Promise<boolean>;
}

export function createWindow(stream: Readable, bytes: number): DumpWindow {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let text = '';
  let dropped = 0;
  return {
    text: () => text,
    position: 0,
    offset: (index) => dropped + index,
    async grow() {
      dropped += this.position;
      text = text.slice(this.position);
      this.position = 0;
      if (text.length > maxPartBytes) {
        throw new Fault(
          'IMPORT_SOURCE_INVALID',
          `The dump has a row or statement of more than ${maxPartBytes} bytes at byte ${dropped}.`,
        );
      }
      const added: string[] = [];
      for (let size = 0; size < Math.max(text.length, bytes); ) {
        const next = await pieces.next();
        if (next.done) break;
        added.push(next.value.toString('latin1'));
        size += next.value.length;
      }
      text += added.join('');
      return added.length > 0;
    },
  };
}
