import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoders, encodings } from '../../../test/support/encodings.ts';
import { onEachTurn } from '../../../test/support/turns.ts';
import { maxHiddenTexts } from '../../model/limits.ts';
import { createRedactor, maskText } from './redactor.ts';

const password = 'Admin!23/é"x&y<z\'w';

/** Pieces that look like the beginning or the end of an escape. */
const traps = ['\\', '%', '%4', '&', '&#', '&#x', '"', "'", '\\u00', '%5', '=', '\r', '\n', 'TWFy', ';'];
const surrounding = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...traps));
const secretCharacters = fc.constantFrom(
  ...['"', "'", '\\', '&', '%', 'a', 'é', '/', '+', '4', '#', 'u', ' ', '€', '😀', '\n', '_'],
);
const secrets = fc
  .oneof(
    fc.constant(password),
    fc.string({ minLength: 6, maxLength: 24 }),
    fc.string({ minLength: 6, maxLength: 16, unit: 'grapheme' }),
    fc.string({ minLength: 6, maxLength: 16, unit: secretCharacters }),
    fc.stringMatching(/^[A-Za-z0-9]{6,100}$/),
  )
  .filter((secret) => [...secret].length >= 6);
const someEncoding = fc.constantFrom(...encodings);

async function redactChunks(secret: string, bytes: Uint8Array, sizes: readonly number[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let at = 0, next = 0; at < bytes.length; next++) {
    const size = sizes[next % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return buffer(Readable.from(chunks).pipe((await createRedactor([secret])).stream()));
}

/** Counts the turns of the event loop during `work`. */
async function countTurns<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  const stop = onEachTurn(() => {
    turns += 1;
  });
  const result = await work();
  stop();
  return { result, turns };
}

describe('redactor', () => {
  it.each(encodings)('hides a secret in this encoding: $name', async ({ encode }) => {
    const output = (await createRedactor([password])).text(`<p>\n${encode(password)}\n</p>`);
    expect(output).toContain(maskText);
    expect(output.length).toBeLessThan(`<p>\n${maskText}\n</p>`.length + 16);
  });

  it.each(['', 'x', 'xx', '\\'])(
    'hides a secret with a blank as its fifth character behind %j',
    async (before) => {
      expect((await createRedactor(['pass word'])).text(`${before}pass+word`)).toBe(`${before}${maskText}`);
    },
  );

  it('hides a secret whose first character has a long escape, byte by byte', async () => {
    const encode = (name: string) => encodings.find((encoding) => encoding.name === name)?.encode ?? String;
    const encoded = encode('hexadecimal entities of all')(encode('JSON with upper case')('😀abcdef'));
    const output = await redactChunks('😀abcdef', Buffer.from(encoded), [1]);
    expect(output.toString()).toContain(maskText);
    expect(output.toString()).not.toContain(encoded.slice(-12));
  });

  it('hides a password in an Authorization header', async () => {
    const header = `Authorization: Basic ${btoa('magento:s3cr3t-pass')}`;
    const output = (await createRedactor(['s3cr3t-pass'])).text(header);
    expect(output).toMatch(/^Authorization: Basic \S*\[hidden\]=*$/);
  });

  it('invariant 10: a secret cannot be read in any encoding or pair of them, however the text is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        secrets,
        someEncoding,
        someEncoding,
        surrounding,
        surrounding,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (secret, inner, outer, before, after, sizes) => {
          fc.pre(!maskText.includes(secret));
          const encoded = outer.encode(inner.encode(secret));
          const bytes = Buffer.from(`${before}${encoded}${after}`);
          const outputs = [
            (await redactChunks(secret, bytes, sizes)).toString(),
            (await createRedactor([secret])).text(bytes.toString()),
          ];
          for (const output of outputs) {
            expect(output).not.toContain(encoded);
            expect(output).not.toContain(secret);
            for (const decodeOuter of decoders) {
              for (const decodeInner of decoders) {
                expect(decodeInner(decodeOuter(output))).not.toContain(secret);
              }
            }
          }
        },
      ),
      // The same inputs in each run of the tests; MATRE_FUZZ_SEED and a higher number search for more.
      { numRuns: 500, seed: Number(process.env['MATRE_FUZZ_SEED'] ?? 1) },
    );
  });

  it('passes on every byte of a text without secrets, also bytes that are not UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 50 }),
            fc
              .constantFrom(...traps, ...encodings.map(({ encode }) => encode('Admin!/é"&')))
              .map((each) => Buffer.from(each)),
          ),
        ),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const bytes = Buffer.concat(parts);
          expect((await redactChunks(password, bytes, sizes)).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it('hides a secret whole that contains another, and two that overlap', async () => {
    expect((await createRedactor(['pass', 'password1'])).text('password1')).toBe(maskText);
    expect((await createRedactor(['abcdefgh', 'efghijkl'])).text('<abcdefghijkl>')).toBe(`<${maskText}>`);
    expect((await createRedactor(['secret-1'])).text('secret-1secret-1')).toBe(maskText + maskText);
  });

  it('lets the event loop turn while it is created from many secrets', async () => {
    const secrets = Array.from({ length: maxHiddenTexts }, (_, index) => `secret ${index} of many`);
    const { result: redactor, turns } = await countTurns(() => createRedactor(secrets));
    expect(turns).toBeGreaterThan(2);
    expect(redactor.text('It is secret 1999 of many.')).toBe(`It is ${maskText}.`);
  });

  it('lets the event loop turn while it searches a text that is built to be slow', async () => {
    const redactor = await createRedactor([password]);
    // The beginning of the password in base64. The search takes a second and some 200 turns, or 20 on a machine that is ten times as fast.
    const hostile = 'QWRtaW4hMjMv'.repeat(60_000);
    const { result, turns } = await countTurns(() => redactor.textInTurns(hostile));
    expect(result).toBe(hostile);
    expect(turns).toBeGreaterThan(10);
  });

  it('does not hide very short values', async () => {
    expect((await createRedactor(['1', ''])).text('1 of 10')).toBe('1 of 10');
  });

  it('does not take a column of digits for a short secret', async () => {
    expect((await createRedactor(['1234'])).text('1\n2\n3\n4\n')).toBe('1\n2\n3\n4\n');
  });

  it('hides what a text has of a long secret', async () => {
    const key = Array.from({ length: 60 }, (_, index) => `line ${index} of the key`).join('\n');
    const output = (await createRedactor([key])).text(`<${key.slice(0, 900)}>`);
    expect(output).toBe(`<${maskText}>`);
  });

  it.each([
    '\\\n',
    '\\',
    '\\"',
    '%25',
    '%5C%0A',
    '&amp;',
    '&#x',
    '&#39;',
    "'",
    '\r\n',
    '"\'',
    'QWRtaW4hMjMv',
    '+',
  ])('reads a text that repeats %j, which has many meanings, once', async (part) => {
    // With all combinations of their meanings, two hundred would not end.
    const text = part.repeat(200);
    const odd = ['a"b c\\d', "''\"\"''", '\\\\\\\\'];
    expect((await createRedactor([password])).text(text)).toBe(text);
    expect((await createRedactor(odd)).text(`x${text}`)).toMatch(/^x|\[hidden\]/);
  });

  it.each([
    [['"\'\\a%26'], '"\\'],
    [['"\'\\a%26'], '"\''],
    [[password], '\\\n'],
    [Array.from({ length: 300 }, (_, index) => `aaaaaaaa${index}`), 'a'],
  ])(
    'hides a text that is built to be searched for minutes, and searches what follows: %#',
    async (secrets, part) => {
      // Each slice would take seconds.
      const hostile = part.repeat(40_000);
      const redactor = await createRedactor(secrets);
      expect(redactor.text(hostile).length).toBeLessThan(hostile.length);
      const lines = 'A line without a secret.\n'.repeat(10_000);
      const [secret = ''] = secrets;
      const output = await redactor.textInTurns(`${hostile}${lines}${secret} end`);
      expect(output.length).toBeLessThan(hostile.length + lines.length);
      expect(output.endsWith(`${lines.slice(0, 100_000)}${maskText} end`)).toBe(true);
    },
  );

  it('hides nothing of an ordinary text that has many escapes', async () => {
    const json = JSON.stringify(
      JSON.stringify({ admin: 'Admin "x"', address: 'https://shop.test/?a=b&c=d' }),
    );
    const redactor = await createRedactor([password, 'admin"s-secret']);
    for (const part of [
      json,
      'array(\'admin\' => \'Admin\\\'s\', "x" => "A\\"b")\n',
      '  --option value \\\n',
    ])
      expect(redactor.text(part.repeat(2_000))).toBe(part.repeat(2_000));
  });

  it('keeps JSON valid', async () => {
    for (const { encode } of encodings) {
      const json = JSON.stringify({ [encode(password)]: [encode(password), 'text'], other: 1 });
      expect(JSON.parse((await createRedactor([password])).text(json))).toMatchObject({ other: 1 });
    }
  });

  it('passes on a line at once, unless it ends with what may be a secret', async () => {
    const stream = (await createRedactor(['secret-value', 'TWFyY28gUG9sbw'])).stream();
    const write = (chunk: string) => {
      stream.write(chunk);
      return (stream.read() as Buffer | null)?.toString() ?? '';
    };
    expect(write('a line\n')).toBe('a line\n');
    expect(write('half of one TWF')).toBe('half of one TWF');
    expect(write(' with a %')).toBe(' with a %');
    expect(write('and a secret')).toBe('and a ');
    expect(write(' or not\n')).toBe('secret or not\n');
    expect(write('se')).toBe('se');
    expect(write('cret-value\n')).toBe(`${maskText}\n`);
    expect(write('secret-')).toBe('');
    stream.end();
    expect(await text(stream)).toBe('secret-');
  });
});
