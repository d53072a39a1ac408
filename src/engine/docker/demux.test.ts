import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demux } from './demux.ts';

test('splits a stream, however it was cut into pieces', async () => {
  const frame = fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 }));
  await fc.assert(
    fc.asyncProperty(fc.array(frame), fc.array(fc.integer({ min: 1, max: 30 })), async (frames, cuts) => {
      const whole = Buffer.concat(
        frames.map(([stream, data]) => {
          const header = Buffer.alloc(8);
          header.writeUInt8(stream, 0);
          header.writeUInt32BE(data.length, 4);
          return Buffer.concat([header, data]);
        }),
      );
      const outputs: Record<number, Buffer[]> = { 1: [], 2: [] };
      for await (const { stream, data } of demux(pieces(whole, cuts))) outputs[stream]?.push(data);
      for (const stream of [1, 2]) {
        const expected = Buffer.concat(frames.filter(([of]) => of === stream).map(([, data]) => data));
        expect(Buffer.concat(outputs[stream] ?? []).equals(expected)).toBe(true);
      }
    }),
  );
});

async function* pieces(whole: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  let rest = whole;
  for (const cut of cuts) {
    yield rest.subarray(0, cut);
    rest = rest.subarray(cut);
  }
  yield rest;
}
