import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeContents } from './download-contents.ts';

/** A text in parts of these lengths, and then the rest. */
async function* chunksOf(text: string, lengths: readonly number[] = []) {
  let from = 0;
  for (const length of lengths) {
    yield Buffer.from(text.slice(from, from + length));
    from += length;
  }
  yield Buffer.from(text.slice(from));
}

/** As some encoders of JSON write it, with a line break. */
const escaped = (base64: string) => `${base64.replaceAll('/', '\\/').replaceAll('=', '\\u003d')}\\n`;

describe('the content of a download', () => {
  it('is that of its field, however the answer is cut and escaped, whatever the name of the file is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.oneof(fc.string(), fc.constant('a","contents":"b')),
        fc.array(fc.nat({ max: 40 }), { maxLength: 12 }),
        fc.boolean(),
        async (bytes, filename, lengths, escapes) => {
          const base64 = Buffer.from(bytes).toString('base64');
          const contents = escapes ? escaped(base64) : base64;
          const answer = `{"value": {"filename": ${JSON.stringify(filename)}, "contents": "${contents}"}}`;
          const decoded = await decodeContents(chunksOf(answer, lengths), 1_000);
          expect(decoded?.toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each(['', '{"value":{"contents":null}}', '{"value":{"contents":"QUJD', 'not JSON'])(
    'is unknown in %j',
    async (answer) => {
      expect(await decodeContents(chunksOf(answer), 1_000)).toBeUndefined();
    },
  );

  it('has a limit', async () => {
    const answer = (bytes: number) => chunksOf(`{"contents":"${Buffer.alloc(bytes).toString('base64')}"}`);
    expect(await decodeContents(answer(1_000), 1_000)).toHaveLength(1_000);
    await expect(decodeContents(answer(1_001), 1_000)).rejects.toThrow();
  });
});
