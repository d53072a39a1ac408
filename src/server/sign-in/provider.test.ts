import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OidcConfig } from '../../config/config.ts';
import { createProvider, type SignInState } from './provider.ts';

const own: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwkOf = ({ publicKey }: KeyPair, more = {}) => ({ ...publicKey.export({ format: 'jwk' }), ...more });
const secret = 'a-secret-of-the-client-of-32-bytes';
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signatures: Record<string, (text: string) => Buffer> = {
  RS256: (text) => sign('sha256', Buffer.from(text), answers.signer),
  ES256: (text) => sign('sha256', Buffer.from(text), { key: answers.signer, dsaEncoding: 'ieee-p1363' }),
  // With what an attacker may know: the secret, or the public key.
  HS256: (text) => createHmac('sha256', secret).update(text).digest(),
  none: () => Buffer.alloc(0),
};

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** What the provider answers with; each test changes something. */
interface Answers {
  /** Fields of the discovered configuration. */
  metadata: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** Of the token. */
  header: { alg: string; kid?: string };
  signer: KeyObject;
  /** Of the provider, as JSON Web Keys. */
  keys: object[];
  userInfo: Record<string, unknown>;
  /** Where requests are redirected to instead, by their path. */
  redirects: Record<string, string>;
}
let answers: Answers;
let issuer: string;
const requested: string[] = [];

const http = createServer((request, response) => {
  const [path = ''] = (request.url ?? '').split('?');
  requested.push(path);
  const target = answers.redirects[path];
  if (target !== undefined) return void response.writeHead(307, { location: target }).end();
  if (path === '/.well-known/openid-configuration') return send(response, answers.metadata);
  if (path === '/userinfo') return send(response, answers.userInfo);
  if (path === '/jwks') return send(response, { keys: answers.keys });
  if (path !== '/token') return void response.writeHead(404).end();
  const unsigned = `${encode(answers.header)}.${encode(answers.claims)}`;
  const idToken = `${unsigned}.${signatures[answers.header.alg]?.(unsigned).toString('base64url')}`;
  return send(response, { access_token: 'access', token_type: 'Bearer', id_token: idToken });
});
const send = (response: ServerResponse, body: object) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

beforeAll(async () => {
  await once(http.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => void http.close());
beforeEach(() => {
  requested.length = 0;
  const now = Math.floor(Date.now() / 1_000);
  answers = {
    metadata: {
      ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
      ...{ userinfo_endpoint: `${issuer}/userinfo`, jwks_uri: `${issuer}/jwks` },
      authorization_response_iss_parameter_supported: true,
    },
    claims: { iss: issuer, aud: 'matre', sub: '7', iat: now, exp: now + 60 },
    ...{ header: { alg: 'RS256' }, signer: own.privateKey, keys: [jwkOf(own)] },
    userInfo: { sub: '7', groups: ['qa'] },
    redirects: {},
  };
});

/** Signs in with the answers after `change`; `search` is the query of the callback. */
async function signIn(
  change: (state: SignInState) => void = () => {},
  search = (state: SignInState) => `?code=c&state=${state.state}&iss=${encodeURIComponent(issuer)}`,
) {
  const config = { issuer, clientId: 'matre', clientSecret: secret, name: 'Company', scopes: 'openid' };
  const provider = createProvider(config as unknown as OidcConfig, 'http://127.0.0.1:1/callback');
  const { state } = await provider.begin();
  answers.claims['nonce'] = state.nonce;
  change(state);
  return provider.finish(search(state), state);
}

describe('an OpenID provider', () => {
  it('confirms a user', async () => {
    expect(await signIn()).toMatchObject({ iss: issuer, sub: '7', groups: ['qa'] });
  });

  it.each<[string, (state: SignInState) => void]>([
    ['is of another provider', () => Object.assign(answers.claims, { iss: 'https://evil.test' })],
    ['is for another client', () => Object.assign(answers.claims, { aud: 'other' })],
    ['is for several clients', () => Object.assign(answers.claims, { aud: ['matre', 'other'] })],
    ['is of another sign-in', () => Object.assign(answers.claims, { nonce: 'other' })],
    ['has no nonce', () => delete answers.claims['nonce']],
    ['has expired', () => Object.assign(answers.claims, { exp: 1_000 })],
    ['names no user', () => delete answers.claims['sub']],
    ['is not signed', () => Object.assign(answers.header, { alg: 'none' })],
    ['is signed with the secret of the client', () => Object.assign(answers.header, { alg: 'HS256' })],
    ['is signed with another key', () => Object.assign(answers, { signer: other.privateKey })],
    [
      'is signed with a key that the provider has no more',
      () => Object.assign(answers, { keys: [jwkOf(other)] }),
    ],
    ['names a key that the provider does not have', () => Object.assign(answers.header, { kid: 'other' })],
    ['has a signature that nothing can confirm', () => Object.assign(answers, { keys: [] })],
    [
      'would be confirmed elsewhere',
      () => Object.assign(answers.redirects, { '/jwks': `${issuer}/elsewhere` }),
    ],
    ['names another user than the user info', () => Object.assign(answers.userInfo, { sub: '8' })],
    ['would come from elsewhere', () => Object.assign(answers.redirects, { '/token': `${issuer}/userinfo` })],
  ])('is not believed when its token %s', async (_what, change) => {
    await expect(signIn(change)).rejects.toMatchObject({ code: 'OIDC_REFUSED' });
  });

  it('is not believed when it signs with the secret of the client, also when it says so', async () => {
    Object.assign(answers.header, { alg: 'HS256' });
    Object.assign(answers.metadata, { id_token_signing_alg_values_supported: ['RS256', 'HS256'] });
    await expect(signIn()).rejects.toMatchObject({ code: 'OIDC_REFUSED' });
  });

  it('may have several keys, of several kinds', async () => {
    Object.assign(answers.metadata, { id_token_signing_alg_values_supported: ['RS256', 'ES256'] });
    answers.keys = [
      jwkOf(own, { kid: 'own' }),
      jwkOf(other, { kid: 'other' }),
      jwkOf(curve, { kid: 'curve' }),
    ];
    Object.assign(answers, { header: { alg: 'RS256', kid: 'other' }, signer: other.privateKey });
    expect(await signIn()).toMatchObject({ sub: '7' });
    Object.assign(answers, { header: { alg: 'ES256', kid: 'curve' }, signer: curve.privateKey });
    expect(await signIn()).toMatchObject({ sub: '7' });
  });

  it.each<[string, (state: SignInState) => string]>([
    ['of another provider', ({ state }) => `?code=c&state=${state}&iss=https%3A%2F%2Fevil.test`],
    ['of no provider', ({ state }) => `?code=c&state=${state}`],
    ['without a state', () => `?code=c&iss=${encodeURIComponent(issuer)}`],
    ['with another state', () => `?code=c&state=other&iss=${encodeURIComponent(issuer)}`],
    ['with two states', ({ state }) => `?code=c&state=x&state=${state}&iss=${encodeURIComponent(issuer)}`],
    ['with an error', ({ state }) => `?error=access_denied&state=${state}&iss=${encodeURIComponent(issuer)}`],
    ['with a token in the address', ({ state }) => `?code=c&state=${state}&response=a.b.c`],
  ])('is not asked for a token after a response %s', async (_what, search) => {
    await expect(signIn(undefined, search)).rejects.toMatchObject({ code: 'OIDC_REFUSED' });
    expect(requested).not.toContain('/token');
  });

  it('is not used when its configuration is of another one, or elsewhere', async () => {
    answers.metadata['issuer'] = 'https://evil.test';
    await expect(signIn()).rejects.toMatchObject({ code: 'OIDC_UNREACHABLE' });
    Object.assign(answers.redirects, { '/.well-known/openid-configuration': `${issuer}/elsewhere` });
    await expect(signIn()).rejects.toMatchObject({ code: 'OIDC_UNREACHABLE' });
    expect(requested).not.toContain('/elsewhere');
  });
});
