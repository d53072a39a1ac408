import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy.ts';

const both = { https: 'http://secure:3128', http: 'plain:3128' };

describe('the proxy of an address', () => {
  it('is that of its protocol; one without a protocol is http', () => {
    const proxies = { ...both, exceptions: '' };
    expect(proxyFor(new URL('https://a.example/'), proxies)?.href).toBe('http://secure:3128/');
    expect(proxyFor(new URL('http://a.example/'), proxies)?.href).toBe('http://plain:3128/');
    expect(proxyFor(new URL('http://a.example/'), { ...proxies, http: undefined })).toBeUndefined();
  });

  it.each([
    ['https://example.com/', 'example.com', true],
    ['https://a.example.com/', 'example.com', true],
    ['https://a.example.com/', '.example.com', true],
    ['https://a.example.com./', '*.example.com', true],
    ['https://notexample.com/', 'example.com', false],
    ['https://a.example.com/', 'other, EXAMPLE.com', true],
    ['https://a.example.com:8443/', 'example.com:8443', true],
    ['https://a.example.com/', 'example.com:8443', false],
    ['https://a.example.com/', 'example.com:443', true],
    ['https://a.example.com/', '*', true],
    ['https://10.1.2.3/', '10.0.0.0/8', true],
    ['https://10.1.2.3/', '10.1.2.3', true],
    ['https://11.1.2.3/', '10.0.0.0/8', false],
    ['https://[fd00::7]/', 'fd00::/8', true],
    ['https://[fd00::7]:8443/', '[fd00::7]:8443', true],
    ['https://a.example.com/', '', false],
    ['https://a.example.com/', ' , ', false],
  ])('is none for %s when NO_PROXY is %j: %s', (address, exceptions, expected) => {
    expect(proxyFor(new URL(address), { ...both, exceptions }) === undefined).toBe(expected);
  });

  it('must be an http or https address', () => {
    const proxies = { ...both, https: 'socks5://user:password@proxy', exceptions: '' };
    expect(() => proxyFor(new URL('https://a.example/'), proxies)).toThrowError(
      'HTTPS_PROXY must be an http:// or https:// address.',
    );
  });
});
