/** A piece of output and where it belongs: 1 standard output, 2 standard error. */
export interface Frame {
  stream: number;
  data: Buffer;
}

const headerBytes = 8;

/**
 * Takes Docker's multiplexed stream apart: frames with a header of 8 bytes, of which the first names the stream and the last
 * four the length. Pieces of a frame are handed on as they come, so a large frame is never collected. dockerode's own
 * `demuxStream` ignores a slow reader: 50 MB of output would end up in memory.
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
