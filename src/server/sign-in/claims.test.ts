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

describe('who somebody is, by the claims of a provider', () => {
  it('has the highest role that a value gives, of a list or a text', () => {
    expect(userOf({ ...ada, groups: ['ops', 'leads', 7] }, config)).toEqual({ name: 'ada', role: 'admin' });
    expect(userOf({ ...ada, groups: 'qa' }, config).role).toBe('operator');
  });

  it('has the role of everybody only where that is set', () => {
    expect(() => userOf({ ...ada, groups: ['cooks'] }, config)).toThrowError(/gives a role/);
    expect(() => userOf(ada, config)).toThrowError(/gives a role/);
    const open = { ...config, values: { ...config.values, viewer: ['*'] } };
    expect(userOf(ada, open).role).toBe('viewer');
    // A group with that name is nothing special.
    expect(() => userOf({ ...ada, groups: ['*'] }, config)).toThrowError();
  });

  it('finds what lies deeper, and nothing that every object has', () => {
    const deep = { ...config, roleClaim: 'realm_access.roles' };
    expect(userOf({ ...ada, realm_access: { roles: ['qa'] } }, deep).role).toBe('operator');
    expect(userOf({ ...ada, 'realm_access.roles': ['leads'] }, deep).role).toBe('admin');
    expect(() => userOf(ada, { ...config, roleClaim: 'constructor.name' })).toThrowError();
  });

  it('is called by the mail address when there is no usable name', () => {
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
])('after signing in %j leads to %s', (wanted, path) => {
  expect(pathWithin('https://matre.example.com', wanted)).toBe(path);
});
