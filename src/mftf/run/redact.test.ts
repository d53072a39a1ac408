import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, maskText } from './redact.ts';

describe('redactor', () => {
  it('hides a secret in every form that logs and artifacts show', () => {
    const { text: redact } = createRedactor(['a"b/c&d e']);
    const forms = ['a"b/c&d e', 'a\\"b/c&d e', 'a\\"b\\/c&d e', 'a&quot;b/c&amp;d e', 'a%22b%2Fc%26d%20e'];
    for (const form of forms) expect(redact(`<${form}>`)).toBe(`<${maskText}>`);
  });

  it('hides a secret whole that contains another', () => {
    expect(createRedactor(['pass', 'password1']).text('password1')).toBe(maskText);
  });

  it('does not hide very short values', () => {
    expect(createRedactor(['1', '']).text('1 of 10')).toBe('1 of 10');
  });

  it('invariant 10: hides secrets in a stream, however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 4, maxLength: 12, unit: 'grapheme' }),
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(undefined)), { maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (secret, parts, size) => {
          const whole = parts.map((part) => part ?? secret).join('');
          const bytes = Buffer.from(whole);
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
          const redactor = createRedactor([secret]);
          const streamed = await text(Readable.from(chunks).pipe(redactor.stream()));
          expect(streamed).toBe(redactor.text(whole));
        },
      ),
    );
  });
});
