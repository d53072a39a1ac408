import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testCertificate } from '../support/certificate.ts';
import { freePort } from '../support/redis.ts';

const script = new URL('../../src/mftf/container/fetch.php', import.meta.url).pathname;
const hasPhp = spawnSync('php', ['--version']).status === 0;

/** The script that requests addresses inside a container, executed by a real PHP where installed. */
describe.skipIf(!hasPhp)('fetch.php', () => {
  const server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (request.url === '/maintenance') response.writeHead(503).end('down');
    else if (request.url === '/closed') response.end(request.headers.authorization ?? 'nothing');
    else if (request.url === '/token') {
      void text(request).then((body) => {
        response.end(`${request.method} ${request.headers['content-type']} ${body}`);
      });
    } else if (request.url !== '/silent') response.end('\u00e4 page');
  });
  let base: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const fetchLines = (...targets: string[]) => fetchWith({}, ...targets);

  async function fetchWith(details: Record<string, object>, ...targets: string[]) {
    const php = spawn('php', ['-d', 'display_errors=0', '-d', 'allow_url_fopen=1', script, ...targets]);
    php.stdin.end(JSON.stringify(details));
    const output = await text(php.stdout);
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  test('prints status and body, and follows no redirect', async () => {
    const lines = await fetchLines(`60 ${base}/`, `60 ${base}/moved`, `60 ${base}/maintenance`);
    expect(lines).toMatchObject([
      { url: `${base}/`, status: 200, body: '\u00e4 page', ms: expect.any(Number) },
      { status: 302 },
      { status: 503, body: 'down' },
    ]);
  });

  test('does not wait for the end of a connection after the whole answer', async () => {
    // As a chromedriver does for 10 s, and this server for ever.
    const open = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\nContent-Length:6\r\nConnection:close\r\n\r\nstatus');
    });
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(open.address() as AddressInfo).port}/status`;
      expect(await fetchLines(`600 ${url}`)).toMatchObject([{ status: 200, body: 'status' }]);
    } finally {
      open.close();
    }
  });

  test('sends the authorization of an address to it alone', async () => {
    const targets = [`5 ${base}/closed`, `5 ${base}/closed?2`];
    const lines = await fetchWith(
      { [`${base}/closed`]: { authorization: 'Basic bWU6cGFzcw==' } },
      ...targets,
    );
    expect(lines).toMatchObject([{ body: 'Basic bWU6cGFzcw==' }, { body: '\u00e4 page' }]);
  });

  test('prints the end of a certificate, whoever signed it', async () => {
    const secure = createTlsServer(testCertificate, (_request, response) => response.end('a shop'));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    try {
      const lines = await fetchLines(`60 https://127.0.0.1:${(secure.address() as AddressInfo).port}/`);
      const certificateEnd = testCertificate.endsAt.getTime() / 1000;
      expect(lines).toMatchObject([{ status: 200, body: 'a shop', certificateEnd }]);
    } finally {
      secure.close();
    }
  });

  test('posts JSON from its standard input', async () => {
    const json = '{"password":"ä \\"x\\""}';
    const lines = await fetchWith({ [`${base}/token`]: { json } }, `60 ${base}/token`);
    expect(lines).toMatchObject([{ status: 200, body: `POST application/json ${json}` }]);
  });

  test('prints why there is no response', async () => {
    const unusedUrl = `http://127.0.0.1:${await freePort()}/`;
    const lines = await fetchLines(`60 ${unusedUrl}`, '5 http://no-such-host.invalid/', `1 ${base}/silent`);
    expect(lines).toMatchObject([
      { url: unusedUrl, error: expect.stringContaining('Connection refused') },
      { error: expect.stringMatching(/getaddrinfo|resolve/i) },
      { error: expect.stringMatching(/timed out|HTTP request failed/i) },
    ]);
  });
});
