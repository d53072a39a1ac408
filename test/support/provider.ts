import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface TestProvider {
  issuer: string;
  /** The account of the next sign-in. */
  account: { id: string; claims: Record<string, unknown> };
  /**
   * Goes through the pages of the provider as the account, from the redirect of our server; returns the address of the
   * redirect back.
   */
  signIn(authorization: string): Promise<string>;
  /** The last authorization request. */
  lastRequest(): URLSearchParams;
  close(): Promise<void>;
}

export const client = { id: 'matre', secret: 'a-secret-of-the-client' };

/**
 * An OpenID provider on the loopback interface, with one client and without prompts: every sign-in is as `account`. `host`
 * is another name of that device.
 */
export async function startProvider(redirectUri: string, host = '127.0.0.1'): Promise<TestProvider> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = `http://${host}:${(http.address() as AddressInfo).port}`;
  const account: TestProvider['account'] = { id: '7', claims: {} };
  let lastRequest = new URLSearchParams();

  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    // Like many providers: claims come from the userinfo endpoint, not from the token.
    conformIdTokenClaims: true,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...account.claims }) }),
    cookies: { keys: ['of the tests'] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  });
  const answer = provider.callback();
  http.on('request', async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname === '/auth') lastRequest = searchParams;
    if (!pathname.startsWith('/interaction/')) return answer(request, response);
    const { params, prompt } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: account.id } });
    }
    const grant = new provider.Grant({ accountId: account.id, clientId: params['client_id'] as string });
    grant.addOIDCScope('openid profile email');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  });

  return {
    issuer,
    account,
    lastRequest: () => lastRequest,
    async signIn(authorization) {
      const cookies = new Map<string, string>();
      for (let address = authorization; ; ) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(address, { headers: { cookie }, redirect: 'manual' });
        for (const each of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (each.split(';')[0] as string).split(/=(.*)/s);
          cookies.set(name, value);
        }
        const next = response.headers.get('location');
        if (next === null)
          throw new Error(`The provider answers ${response.status}: ${await response.text()}`);
        address = new URL(next, issuer).href;
        if (address.startsWith(redirectUri)) return address;
      }
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
