import { describe, expect, it } from 'vitest';
import { askModules, readModules } from './ask-modules.ts';
import type { RequestShop } from './sign-in.ts';

const values = (more: Record<string, string> = {}) =>
  Object.entries({
    MAGENTO_BASE_URL: 'https://shop.example/us/',
    MAGENTO_ADMIN_USERNAME: 'admin',
    MAGENTO_ADMIN_PASSWORD: 'secret-1',
    ...more,
  }).map(([name, value]) => ({ name, value, secret: false }));

interface Response {
  status?: number;
  body?: string;
  error?: string;
}

/** A shop that answers by the end of the path, and the requests that it got. */
function shop(responses: Record<string, Response>) {
  const requests: Parameters<RequestShop>[0][] = [];
  const request: RequestShop = async (shopRequest) => {
    requests.push(shopRequest);
    const [, answer] = Object.entries(responses).find(([end]) => shopRequest.url.includes(end)) ?? [];
    const { status, body = '', error } = answer ?? { status: 404 };
    return { status, body, error };
  };
  return { requests, request };
}

const healthy = {
  schema: { status: 400, body: '{}' },
  'integration/admin/token': { status: 200, body: '"token-1"' },
  modules: { status: 200, body: '["Magento_Store","Magento_Cms"]' },
};

describe('the enabled modules of a shop', () => {
  it('are asked for with the token of its administrator, in the order of the shop', async () => {
    const { request, requests } = shop(healthy);
    expect(await askModules(request, values())).toEqual({ names: ['Magento_Store', 'Magento_Cms'] });
    expect(requests).toEqual([
      { url: 'https://shop.example/us/rest/schema?services=twoFactorAuthAdminTokenServiceV1' },
      {
        url: 'https://shop.example/us/rest/V1/integration/admin/token',
        json: { username: 'admin', password: 'secret-1' },
      },
      { url: 'https://shop.example/us/rest/V1/modules', bearer: 'token-1' },
    ]);
  });

  it('need a one-time password when two-factor authentication is on', async () => {
    const twoFactor = {
      ...healthy,
      schema: { status: 200, body: '{"paths":{"\\/V1\\/tfa":{}},"definitions":{}}' },
      'tfa/provider/google/authenticate': { status: 200, body: '"token-2"' },
    };
    const { request, requests } = shop(twoFactor);
    const secret = { OTP_SHARED_SECRET: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' };
    expect(await askModules(request, values(secret))).toMatchObject({ names: expect.any(Array) });
    expect(requests[1]?.json).toMatchObject({ username: 'admin', otp: expect.stringMatching(/^\d{6}$/) });
    for (const wrong of ['', 'not base32!']) {
      const answer = await askModules(shop(twoFactor).request, values({ OTP_SHARED_SECRET: wrong }));
      expect(answer).toMatchObject({ failure: expect.stringContaining('OTP_SHARED_SECRET'), refused: false });
    }
  });

  it('come from the base URL, and the token from MAGENTO_RESTAPI_SERVER_HOST', async () => {
    const { request, requests } = shop(healthy);
    const api = { MAGENTO_RESTAPI_SERVER_HOST: 'api.example', MAGENTO_RESTAPI_SERVER_PORT: '8080' };
    await askModules(request, values(api));
    expect(requests.map(({ url }) => new URL(url).host)).toEqual([
      'api.example:8080',
      'api.example:8080',
      'shop.example',
    ]);
  });

  it.each<[string, Record<string, Response>, Record<string, string>, string, boolean]>([
    [
      'the shop is down',
      { schema: { error: 'Connection refused' } },
      {},
      'does not respond (Connection refused)',
      false,
    ],
    [
      'the password is wrong',
      { 'admin/token': { status: 401 } },
      {},
      'refuses the credentials of admin (401)',
      true,
    ],
    ['no password is set', {}, { MAGENTO_ADMIN_PASSWORD: '' }, 'no password', false],
    [
      'the token is none',
      { 'admin/token': { status: 200, body: '<html>' } },
      {},
      'a token request with 200',
      false,
    ],
    ['the API has no list', { modules: { status: 404 } }, {}, 'GET rest/V1/modules with 404', false],
    [
      'the list never comes',
      { modules: { error: 'timed out' } },
      {},
      'does not respond to GET rest/V1/modules',
      false,
    ],
    ['the answer is a page', { modules: { status: 200, body: '<html>' } }, {}, 'no list', false],
    [
      'the web server wants its own credentials',
      { modules: { status: 401 } },
      { MAGENTO_BASE_URL: 'https://me:pass@shop.example/' },
      'besides its user and password',
      false,
    ],
  ])('are unknown when %s', async (_case, responses, more, failure, refused) => {
    const { request } = shop({ ...responses, ...healthy, ...responses });
    const answer = await askModules(request, values(more));
    expect(answer).toEqual({ failure: expect.stringContaining(failure), refused });
    expect(JSON.stringify(answer)).not.toContain('secret-1');
  });
});

describe('an answer with modules', () => {
  it('has each name once', () => {
    expect(readModules('["A_B","C_D","A_B"]')).toEqual(['A_B', 'C_D']);
  });

  it.each([
    ['{"message":"no"}', 'no list'],
    ['["A_B"', 'no list, or too long'],
    ['[]', 'lists no module'],
    [JSON.stringify(Array.from({ length: 20_000 }, (_, index) => `A_${index}`)), '20000 modules'],
    ['["A_B", 7]', 'impossible name (7)'],
    ['["A_B\\nC_D"]', 'impossible name'],
    ['["../x"]', 'impossible name'],
    [JSON.stringify(['x'.repeat(201)]), 'impossible name'],
  ])('is refused when it is wrong: %.20s', (body, message) => {
    expect(readModules(body)).toContain(message);
  });
});
