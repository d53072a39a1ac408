import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Environment } from '../../model/environment.ts';
import type { CheckContext } from '../check-context.ts';
import { requestShop } from './shop.ts';

const requested: string[] = [];
const server = createServer((request, response) => {
  requested.push(`${request.method} ${request.url}`);
  response.end('{}');
});
let port: number;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

/** Without containers. */
const context = {
  config: { doctor: { timeoutMs: 10_000 }, pool: { image: 'none' } },
  environments: [],
  inspections: { signIns: new Map(), temporaryContainers: new Map() },
  containers: () => Promise.reject(new Error('There is no engine.')),
} as unknown as CheckContext;

it('this host requests the address of the base URL alone, whatever the values of a test module name', async () => {
  const environment = { baseUrl: `http://127.0.0.1:${port}/shop/` } as Environment;
  const ask = (url: string) => requestShop(context, environment, { url, json: { username: 'admin' } });
  expect(await ask(`http://127.0.0.1:${port}/rest/V1/token`)).toMatchObject({
    status: 200,
    from: 'from this host',
  });
  expect(requested.splice(0)).toEqual(['POST /rest/V1/token']);
  for (const host of [
    'localhost',
    '127.1',
    '[::ffff:127.0.0.1]',
    '2130706433',
    `user@0x7f000002`,
    '0.0.0.0',
  ]) {
    const { status, error } = await ask(`http://${host}:${port}/rest/V1/token`);
    // A URL has one form for all of an IPv4 address, which is that of the base URL here.
    const isSame = new URL(`http://${host}`).hostname === '127.0.0.1';
    expect([host, status, error === undefined]).toEqual([host, isSame ? 200 : undefined, isSame]);
    expect(requested.splice(0)).toHaveLength(Number(isSame));
  }
});
