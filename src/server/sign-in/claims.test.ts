import { describe, expect, it } from 'vitest';
import type { OidcConfig } from '../../config/config.ts';
import { userOf } from './claims.ts';
import { pathWithin } from './oidc-routes.ts';

const config: OidcConfig = {
  issuer: 'https://id.example.com',
  clientId: 'matre',
  clientSecret: 'hush',
  name: 'Id',
  scopes: 'openid',
  userClaim: 'preferred_username',
  roleClaim: 'groups',
  values: { admin: ['leads'], operator: ['qa', 'ops'], viewer: [] },
};
const ada = { preferred_username: 'ada' };

describe('the user of claims', () => {
  it('has the highest role that a value of a list or text grants', () => {
    expect(userOf({ ...ada, groups: ['ops', 'leads', 7] }, config)).toEqual({ name: 'ada', role: 'admin' });
    expect(userOf({ ...ada, groups: 'qa' }, config).role).toBe('operator');
  });

  it('has the role of * only if that is configured', () => {
    expect(() => userOf({ ...ada, groups: ['cooks'] }, config)).toThrowError(/gives a role/);
    expect(() => userOf(ada, config)).toThrowError(/gives a role/);
    const open = { ...config, values: { ...config.values, viewer: ['*'] } };
    expect(userOf(ada, open).role).toBe('viewer');
    // A group named * grants nothing.
    expect(() => userOf({ ...ada, groups: ['*'] }, config)).toThrowError();
  });

  it('finds nested claims, and no properties of prototypes', () => {
    const deep = { ...config, roleClaim: 'realm_access.roles' };
    expect(userOf({ ...ada, realm_access: { roles: ['qa'] } }, deep).role).toBe('operator');
    expect(userOf({ ...ada, 'realm_access.roles': ['leads'] }, deep).role).toBe('admin');
    expect(() => userOf(ada, { ...config, roleClaim: 'constructor.name' })).toThrowError();
  });

  it('has the email address as name when the name is unusable', () => {
    const claims = { preferred_username: 'Ada Lovelace', email: 'ada@example.com', groups: 'qa' };
    expect(userOf(claims, config).name).toBe('ada@example.com');
    expect(() => userOf({ groups: 'qa', preferred_username: 'token ci' }, config)).toThrowError(
      /usable name/,
    );
  });
});

it.each([
  ['/runs/7?tab=log#end', '/runs/7?tab=log#end'],
  [undefined, '/'],
  ['', '/'],
  ['https://evil.example.com/', '/'],
  ['//evil.example.com/', '/'],
  ['/\\evil.example.com/', '/'],
  ['/..//evil.example.com', '/'],
  ['javascript:alert(1)', '/'],
  [['/a', '/b'], '/'],
])('after sign-in %j leads to %s', (returnTo, path) => {
  expect(pathWithin('https://matre.example.com', returnTo)).toBe(path);
});
