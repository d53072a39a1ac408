/** A piece of output; `stream` is 1 for standard output, 2 for standard error. */
export interface Frame {
  stream: number;
  data: Buffer;
}

const headerBytes = 8;

/**
 * Splits Docker's multiplexed stream: frames with a header of 8 bytes, of which the first is the stream and the last four are
 * the length. Yields pieces of a frame as they arrive, so a large frame is never buffered. dockerode's own `demuxStream` ignores
 * a slow reader: 50 MB of output would end up in memory.
 */
export async function* demux(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let header = Buffer.alloc(0);
  let remaining = 0;
  let stream = 0;
  for await (let chunk of source) {
    while (chunk.length > 0) {
      if (remaining === 0) {
        const missing = headerBytes - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        chunk = chunk.subarray(missing);
        if (header.length < headerBytes) break;
        stream = header.readUInt8(0);
        remaining = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      } else {
        const data = chunk.subarray(0, remaining);
        chunk = chunk.subarray(data.length);
        remaining -= data.length;
        yield { stream, data };
      }
    }
  }
}
