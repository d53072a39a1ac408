import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { createAppToken, isRsaKey } from './app-token.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

it('signs who the App is, for less than ten minutes, from a moment ago', () => {
  const token = createAppToken({ appId: 'Iv1.abc', privateKey: pem, now: new Date(1_700_000_000_500) });
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT' });
  expect(read(claims)).toEqual({ iat: 1_699_999_940, exp: 1_700_000_480, iss: 'Iv1.abc' });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  expect(isSigned).toBe(true);
});

it('knows RSA keys in both forms of PEM, and nothing else', () => {
  expect(isRsaKey(pem)).toBe(true);
  expect(isRsaKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toBe(true);
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  expect(isRsaKey(elliptic.export({ type: 'pkcs8', format: 'pem' }).toString())).toBe(false);
  for (const text of ['', 'ghp_token', publicKey.export({ type: 'spki', format: 'pem' }).toString()])
    expect(isRsaKey(text)).toBe(false);
});
