import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.ts';
import { signInRequired } from './sign-in-required.ts';

const required = (environment: Record<string, string>) =>
  signInRequired(loadConfig({ environment, file: '/dev/null' }));

const provider = {
  MATRE_OIDC_ISSUER: 'https://id.example.com',
  MATRE_OIDC_CLIENT_ID: 'matre',
  MATRE_OIDC_CLIENT_SECRET: 'hush',
  MATRE_OIDC_ADMINS: 'qa',
  MATRE_PUBLIC_URL: 'http://localhost:8089',
};

describe('sign-in', () => {
  it.each([
    ['nothing set', {}],
    ['another address of this machine', { MATRE_HOST: '::1' }],
    ['a name of this machine', { MATRE_ALLOWED_HOSTS: 'localhost' }],
    ['PostgreSQL and MATRE_SIGN_IN=off', { DATABASE_URL: 'postgres://db/matre', MATRE_SIGN_IN: 'off' }],
  ])('is not required with %s', (_what, settings) => {
    expect(required(settings as Record<string, string>)).toBe(false);
  });

  it.each([
    ['MATRE_SIGN_IN=on', { MATRE_SIGN_IN: 'on' }],
    ['all addresses', { MATRE_HOST: '0.0.0.0' }],
    ['an address of the network', { MATRE_HOST: '192.168.1.5' }],
    ['a name that only resembles this machine', { MATRE_HOST: 'localhost.example.com' }],
    ['a proxy in front of it', { MATRE_PUBLIC_URL: 'https://matre.example.com' }],
    ['its own host name', { MATRE_ALLOWED_HOSTS: 'matre' }],
    ['PostgreSQL, which can be shared', { DATABASE_URL: 'postgres://db/matre' }],
    ['a token', { MATRE_TOKEN: 'a-token-of-some-length' }],
    ['an OpenID provider', provider],
  ])('is required with %s', (_what, settings) => {
    expect(required(settings as Record<string, string>)).toBe(true);
  });

  it.each([
    ['MATRE_HOST', { MATRE_HOST: '0.0.0.0' }],
    ['MATRE_PUBLIC_URL', { MATRE_PUBLIC_URL: 'https://matre.example.com' }],
    ['MATRE_ALLOWED_HOSTS', { MATRE_ALLOWED_HOSTS: 'matre' }],
  ])('cannot be off with %s, and the message names the setting', (name, settings) => {
    const off = () => required({ MATRE_SIGN_IN: 'off', ...(settings as Record<string, string>) });
    expect(off).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(off).toThrowError(new RegExp(name));
  });
});

describe('settings of an OpenID provider', () => {
  const load = (more: Record<string, string>) => () =>
    loadConfig({ environment: { ...provider, ...more }, file: '/dev/null' });
  it.each([
    ['a client', { MATRE_OIDC_CLIENT_ID: '' }, 'needs MATRE_OIDC_CLIENT_ID'],
    ['a public address', { MATRE_PUBLIC_URL: '' }, 'needs MATRE_PUBLIC_URL'],
    ['TLS', { MATRE_OIDC_ISSUER: 'http://id.example.com' }, 'must be https'],
    ['a value that grants a role', { MATRE_OIDC_ADMINS: '' }, 'MATRE_OIDC_VIEWERS'],
    [
      'an address without a query',
      { MATRE_PUBLIC_URL: 'https://example.com/matre?x' },
      'MATRE_PUBLIC_URL must be an address such as',
    ],
  ])('need %s', (_what, more, message) => {
    expect(load(more as Record<string, string>)).toThrowError(message);
  });

  it('never show the secret', () => {
    const { entries } = load({})();
    expect(JSON.stringify(entries)).not.toContain('hush');
  });
});
