import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { crc32, deflateRawSync } from 'node:zlib';

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
/** UTF-8 names. */
const flags = 0x0800;
const deflated = 8;
const stored = 0;
/** 1980-01-01, the first day that the format knows. */
const firstDay = 0x21;

/** Writes a zip archive (APPNOTE 6.3, without zip64) entry by entry. */
export interface ZipWriter {
  add(name: string, content: Buffer): void;
  /** Resolves when the file is complete. */
  close(): Promise<void>;
}

export function createZipWriter(path: string): ZipWriter {
  const file: Writable = createWriteStream(path, { mode: 0o600 });
  const central: Buffer[] = [];
  let offset = 0;
  const write = (...parts: Buffer[]) => {
    for (const part of parts) {
      file.write(part);
      offset += part.length;
    }
  };
  return {
    add(name, content) {
      const packed = deflateRawSync(content);
      const isSmaller = packed.length < content.length;
      const data = isSmaller ? packed : content;
      const nameBytes = Buffer.from(name);
      // The fields that both headers have, from the version that is needed to the length of the extra field.
      const common = Buffer.alloc(26);
      common.writeUInt16LE(20, 0);
      common.writeUInt16LE(flags, 2);
      common.writeUInt16LE(isSmaller ? deflated : stored, 4);
      common.writeUInt16LE(firstDay, 8);
      common.writeUInt32LE(crc32(content), 10);
      common.writeUInt32LE(data.length, 14);
      common.writeUInt32LE(content.length, 18);
      common.writeUInt16LE(nameBytes.length, 22);
      const header = Buffer.alloc(6);
      header.writeUInt32LE(centralSignature, 0);
      header.writeUInt16LE(20, 4);
      const tail = Buffer.alloc(14);
      tail.writeUInt32LE(offset, 10);
      central.push(header, common, tail, nameBytes);
      const local = Buffer.alloc(4);
      local.writeUInt32LE(localSignature, 0);
      write(local, common, nameBytes, data);
    },

    async close() {
      const start = offset;
      const count = central.length / 4;
      write(...central);
      const end = Buffer.alloc(22);
      end.writeUInt32LE(endSignature, 0);
      end.writeUInt16LE(count, 8);
      end.writeUInt16LE(count, 10);
      end.writeUInt32LE(offset - start, 12);
      end.writeUInt32LE(start, 16);
      file.end(end);
      await finished(file);
    },
  };
}
