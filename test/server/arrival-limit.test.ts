import { once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitArrival } from '../../src/server/http/arrival-limit.ts';
import { type RunningServer, startServer } from '../../src/server/http/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let server: RunningServer;
beforeAll(async () => {
  app = await openTestApp();
  server = await startServer(app.app.context, '0.0.0-test', { requestMs: 100 });
});
afterAll(async () => {
  await server?.close();
  await app?.close();
});

/** What the server sends before it closes the connection, which the client leaves open. */
async function answerTo(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('a request that does not arrive', () => {
  const head = 'POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  it.each([
    ['nothing but a method', 'POST '],
    ['half of its headers', head],
    ['half of its body', `${head}Content-Length: 100\r\n\r\n{"a"`],
  ])('is answered with 408 after %s, and the connection is closed', async (_what, text) => {
    const answer = await answerTo(text);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"status":408');
  });

  it('is answered with 400 when it is not HTTP, and with 431 when its headers are too large', async () => {
    expect(await answerTo('\0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await answerTo(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it('has the same time for headers and body, and is noticed within a second', () => {
    const options = limitArrival(30_000);
    const { server: http } = fastify(options);
    expect(http).toMatchObject({ requestTimeout: 30_000, headersTimeout: 30_000 });
    expect(options.http.connectionsCheckingInterval).toBe(1_000);
  });
});
