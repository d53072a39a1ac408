import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadClientSettings } from './load-client-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'matre-client-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(folder, 'matre.env');
  writeFileSync(file, text);
  return loadClientSettings({ environment, file });
}

it('reads the server and its token, whatever the values of other settings are', async () => {
  const token = 'x'.repeat(16);
  const secret = join(folder, 'token');
  writeFileSync(secret, `${token}\n`);
  const text = `MATRE_URL=https://matre.test\nMATRE_TOKEN_FILE=${secret}\nMATRE_MEMORY=much`;
  expect(await load(text, { MATRE_LEASE: 'long' })).toEqual({ url: 'https://matre.test', token });
  expect(await load('')).toEqual({ url: undefined, token: undefined });
});

it('refuses a wrong address, a wrong token, and a name that is misspelled', async () => {
  await expect(load('', { MATRE_URL: 'matre.test', MATRE_TOKEN: 'short' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/MATRE_URL must be an address.*\nMATRE_TOKEN must be at least 16/),
  });
  await expect(load('MATRE_ULR=https://matre.test')).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('line 1: MATRE_ULR is not a setting; did you mean MATRE_URL?'),
  });
});
