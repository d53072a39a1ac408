import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { delay } from '../../async/delay.ts';
import { adminRoutes } from './admin.ts';
import { marketOf, shopFaults } from './markets.ts';
import { restRoutes, sampleModules } from './rest.ts';
import { storefrontRoutes } from './storefront.ts';
import type { Answer, Session, ShopState, Visit } from './visit.ts';

export interface ShopOptions {
  /** The code of the environment, which determines language, currency and faults. */
  environment: string;
  /** 0 for any free port. */
  port: number;
  /** 127.0.0.1 by default. Containers need an address that they can reach. */
  host?: string;
  /** The response time of a page in milliseconds; 500 by default. */
  latencyMs?: number;
  /** The password of the user `admin`. */
  adminPassword?: string;
  /** The admin user also needs a one-time password. */
  twoFactor?: boolean;
  /** The enabled modules; `sampleModules` by default. */
  modules?: readonly string[];
}

export interface Shop {
  /** The base URL, ending in a slash. */
  url: string;
  close(): Promise<void>;
}

export const sampleAdmin = { username: 'admin', password: 'harbour-123' };

/** Starts the sample shop of an environment: a storefront, an admin panel and the REST API that MFTF uses. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { environment, port, host = '127.0.0.1', latencyMs = 500 } = options;
  const state: ShopState = {
    environment,
    admin: { ...sampleAdmin, ...(options.adminPassword ? { password: options.adminPassword } : {}) },
    twoFactor: options.twoFactor ?? false,
    modules: options.modules ?? sampleModules,
    tokens: new Set(),
    orders: [{ id: 1, email: 'first@example.com', total: '12.00', readyAt: 0 }],
  };
  const market = marketOf(environment);
  const parts = [
    restRoutes(state),
    adminRoutes(state),
    storefrontRoutes(state, market, shopFaults(environment)),
  ];
  const sessions = new Map<string, Session>();

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://shop');
    const body = await text(request);
    const cookieId = /session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
    const sessionId = cookieId !== undefined && sessions.has(cookieId) ? cookieId : randomUUID();
    const session = sessions.get(sessionId) ?? { cart: [], coupon: undefined, adminUser: undefined };
    const visit: Visit = {
      method: request.method ?? 'GET',
      url,
      path: url.pathname.replace(/(?<=.)\/+$/, ''),
      form: new URLSearchParams(body),
      body,
      authorization: request.headers.authorization,
      session,
    };
    let answer: Answer | undefined;
    for (const routes of parts) answer ??= routes(visit);
    if (answer?.kind === 'json') {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(answer.value));
      return;
    }
    sessions.set(sessionId, session);
    response.setHeader('set-cookie', `session=${sessionId}; Path=/; HttpOnly; SameSite=Lax`);
    if (answer?.kind === 'redirect') {
      response.writeHead(302, { location: answer.to }).end();
      return;
    }
    if (answer?.kind === 'file') {
      const disposition = `attachment; filename="${answer.name}"`;
      response.writeHead(200, { 'content-type': answer.type, 'content-disposition': disposition });
      response.end(answer.content);
      return;
    }
    await delay(latencyMs);
    response.writeHead(answer?.status ?? 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(answer?.html);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error.message);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
