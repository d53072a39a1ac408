import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCredentials } from '../model/address/base-url.ts';
import { createSecretRule } from '../model/env-file/secret-rule.ts';
import { type Fields, itemKinds } from './mapping/item.ts';
import type { CurrentItems } from './plan.ts';
import { createHistoryRedactor, hiddenTextsOf, originOf, type SecretSources } from './redaction.ts';

const none: SecretSources = {
  ...{ records: { environments: [], variables: [] }, settings: new Map(), moduleValues: new Map() },
  ...{ secrets: [], origins: [], rule: createSecretRule({ secretNames: [], plainNames: [] }) },
  current: Object.fromEntries(itemKinds.map((kind) => [kind, new Map()])) as unknown as CurrentItems,
};
const withChannel = (secrets: Fields) => ({
  ...none,
  current: { ...none.current, channel: new Map([['slack', { secrets: JSON.stringify(secrets) }]]) },
});

describe('the hidden texts of an import', () => {
  it('are the secrets of the .env by their names and values, and credentials in addresses', () => {
    const settings = new Map([
      ...[
        ['REPO_PASSWORD', 'one-secret'],
        ['MAILER_DSN', 'smtp://me:two%2Fsecret@mail.example.com'],
        ['TEST_MODULE_REPO', 'https://me:three-secret@git.example.com/a.git'],
        ['APP_ENV', 'prod'],
        ['SELENIUM_HOST', 'hub'],
      ],
    ] as [string, string][]);
    const texts = hiddenTextsOf({ ...none, settings });
    expect(texts).toEqual(expect.arrayContaining(['one-secret', 'two/secret', 'three-secret']));
    expect(texts).not.toContain('prod');
    expect(texts).not.toContain('hub');
    expect(texts).not.toContain('https://me:three-secret@git.example.com/a.git');
  });

  it('have the secrets of a channel one by one', () => {
    const texts = hiddenTextsOf(withChannel({ url: 'https://hooks.example.com/x', password: 'pass-word' }));
    expect(texts).toEqual(['https://hooks.example.com/x', 'pass-word']);
  });

  it('have what earlier imports stored, behind what is new', () => {
    const first = hiddenTextsOf({ ...none, secrets: ['old-secret'] });
    const second = hiddenTextsOf({ ...none, secrets: ['new-secret'], origins: [originOf(first)] });
    expect(hiddenTextsOf({ ...none, origins: [originOf(second)] })).toEqual(['new-secret', 'old-secret']);
  });
});

describe('a stream of an imported run', () => {
  const redacted = async (chunks: readonly Buffer[], texts: string[] = []) =>
    readText((await createHistoryRedactor(texts)).stream(Readable.from(chunks)));

  it('has no credentials in addresses, wherever its chunks are split', async () => {
    const part = fc.constantFrom(
      ...['https://', 'http://', 'HTTPS://', 'h', 'ht', 'htt', 'ann', ':', 'pàss', '@', '/', ' ', 'x.test'],
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
        fc.array(fc.nat(80)),
        async (text, cuts) => {
          const bytes = Buffer.from(text);
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
            (a, b) => a - b,
          );
          const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
          expect(await redacted(chunks.filter(({ length }) => length > 0))).toBe(maskCredentials(text));
        },
      ),
    );
  });

  it('fails when its source fails', async () => {
    const source = new Readable({ read() {} });
    const stream = (await createHistoryRedactor(['secret'])).stream(source);
    source.destroy(new Error('The disk is gone.'));
    await expect(readText(stream)).rejects.toThrow('The disk is gone.');
  });
});
