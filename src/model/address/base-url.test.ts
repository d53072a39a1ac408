import { describe, expect, it } from 'vitest';
import {
  basicAuthorization,
  isCredentials,
  joinBaseUrl,
  maskCredentials,
  secretsOf,
  splitBaseUrl,
} from './base-url.ts';

describe('splitBaseUrl', () => {
  it.each([
    ['https://shop.test/', 'https://shop.test/', undefined],
    ['https://user:pass@shop.test/', 'https://shop.test/', 'user:pass'],
    [
      'http://us%40er:p%2Fa%25ss%24$1@shop.test:8080/us/',
      'http://shop.test:8080/us/',
      'us%40er:p%2Fa%25ss%24$1',
    ],
    ['HTTPS://user@shop.test', 'HTTPS://shop.test', 'user'],
    ['https://@shop.test/', 'https://shop.test/', undefined],
    ['https://shop.test/@a:b@c/', 'https://shop.test/@a:b@c/', undefined],
    ['https://shop.test?a@b', 'https://shop.test?a@b', undefined],
    ['https://a:b@c@shop.test/', 'https://shop.test/', 'a:b@c'],
    ['ftp://user:pass@shop.test/', 'ftp://user:pass@shop.test/', undefined],
    ['', '', undefined],
  ])('separates the credentials of %j', (address, url, credentials) => {
    expect(splitBaseUrl(address)).toEqual({ url, credentials });
    if (credentials !== undefined) expect(joinBaseUrl({ url, credentials })).toBe(address);
  });
});

it('takes percent-encoded credentials only', () => {
  const accepted = ['user:pass', 'user', '', "a.b-c_d~!$&'()*+,;=:", 'p%40%C3%A9'];
  const refused = ['a@b', 'a b', 'a/b', 'é', 'a%4', '100%', 'a"b', 'a\\b', 'a\nb'];
  expect(accepted.filter(isCredentials)).toEqual(accepted);
  expect(refused.filter(isCredentials)).toEqual([]);
});

it('sends the decoded credentials', () => {
  const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(basicAuthorization('us%40er:p%C3%A4ss:%25')).toBe(header('us@er:päss:%'));
  expect(basicAuthorization('user')).toBe(header('user:'));
});

it('invariant 10: hides the password in all its forms, and the user beside it', () => {
  const secrets = secretsOf('magento:p%40ss');
  expect(secrets).toEqual(
    expect.arrayContaining(['magento:p%40ss', 'magento:p@ss', 'p%40ss', 'p@ss', btoa('magento:p@ss')]),
  );
  expect(secrets).not.toContain('magento');
  expect(secretsOf('magento')).not.toContain('magento:magento');
});

it('masks the credentials of all addresses in a text', () => {
  expect(maskCredentials('a https://me:x@a.test/?b=c@d http://b.test/@c, https://u@c.test')).toBe(
    'a https://[hidden]@a.test/?b=c@d http://b.test/@c, https://[hidden]@c.test',
  );
});
