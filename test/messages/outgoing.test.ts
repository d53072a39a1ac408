import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAddressLimits } from '../../src/http/address-limits.ts';
import { DeliveryFault } from '../../src/messages/channels/channel.ts';
import { createOutgoing } from '../../src/messages/outgoing/outgoing.ts';
import { type ForwardProxy, startForwardProxy } from '../support/channels/forward-proxy.ts';
import { createCertificate } from '../support/git.ts';
import { patienceMs } from '../support/wait-for.ts';

const withoutProxy = { https: undefined, http: undefined, exceptions: '' };
const open = (allowed: string[], proxy = withoutProxy as Parameters<typeof createOutgoing>[0]['proxy']) => {
  const outgoing = createOutgoing({ limits: createAddressLimits(allowed), proxy });
  onTestFinished(() => outgoing.close());
  return outgoing;
};

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Starts a server; the function that it returns makes an address of it. */
async function serve(listener: RequestListener): Promise<(path?: string, host?: string) => string> {
  const server = createHttpServer(listener);
  onTestFinished(() => server.closeAllConnections());
  const port = await listen(server);
  return (path = '/', host = '127.0.0.1') => `http://${host}:${port}${path}`;
}

const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof DeliveryFault ? error : Promise.reject(error)),
  );

describe('a request to a service outside', () => {
  it('sends a body and returns status, headers and text', async () => {
    const url = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      response
        .writeHead(201, { 'X-One': '1', 'Set-Cookie': ['a=1', 'b=2'] })
        .end(`${request.method} ${body}`);
    });
    const { http } = open(['127.0.0.1']);
    const response = await http.request(url(), { method: 'POST', body: 'é' });
    expect(response).toMatchObject({ status: 201, headers: { 'x-one': '1' }, text: 'POST é' });
  });

  it('reaches no address that is not allowed, whatever form it has, and opens no connection to it', async () => {
    const connections: unknown[] = [];
    const server = createTcpServer((socket) => void connections.push(socket));
    const port = await listen(server);
    const { http } = open(['public', 'private']);
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      'localhost',
    ];
    for (const host of hosts) {
      const fault = await faultOf(http.request(`http://${host}:${port}/secret`, { method: 'POST' }));
      expect(fault, host).toMatchObject({ code: 'CHANNEL_ADDRESS_REFUSED', permanent: true });
      expect(fault?.message).not.toContain('secret');
    }
    expect(connections).toEqual([]);
  });

  it('does not follow a redirect, and says where it leads without its path', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(307, { location: 'http://169.254.169.254/latest/secret' }).end();
    });
    const { http } = open(['127.0.0.1']);
    const fault = await faultOf(http.request(url('/hook'), { method: 'POST', body: '{}' }));
    expect(fault).toMatchObject({ code: 'CHANNEL_TARGET_UNKNOWN', permanent: true });
    expect(fault?.message).toMatch(
      /^127\.0\.0\.1:\d+ redirects to 169\.254\.169\.254, and redirects are not followed\.$/,
    );
    expect(paths).toEqual(['/hook']);
  });

  it('ends after its time', async () => {
    const url = await serve(() => undefined);
    const { http } = open(['127.0.0.1']);
    const fault = await faultOf(http.request(url(), { method: 'GET', timeoutMs: 100 }));
    expect(fault).toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
    expect(fault?.message).toMatch(/^127\.0\.0\.1:\d+ does not answer: timed out after 0\.1 s\.$/);
  });

  it('has the status of an answer that trickles without end, or breaks off', async () => {
    let onPiece = () => {};
    const url = await serve((request, response) => {
      response.writeHead(202, { 'content-length': 1_000 });
      if (request.url === '/broken') return void response.write('a', () => request.socket.destroy());
      response.write('a');
      const timer = setInterval(() => response.write('a', onPiece), 20);
      response.on('close', () => clearInterval(timer));
    });
    const { http } = open(['127.0.0.1']);
    const request = (path: string, timeoutMs: number) =>
      http.request(url(path), { method: 'POST', body: '{}', timeoutMs });
    const expected = { status: 202, text: expect.stringMatching(/^a*$/), broken: true };
    expect(await request('/broken', patienceMs)).toMatchObject(expected);
    /** On a slow machine its status may come after the first times have passed. */
    const trickle = (timeoutMs: number): ReturnType<typeof request> =>
      request('/trickle', timeoutMs).catch((error) =>
        timeoutMs < patienceMs ? trickle(4 * timeoutMs) : Promise.reject(error),
      );
    expect(await trickle(200)).toMatchObject(expected);
    const stop = new AbortController();
    onPiece = () => stop.abort(new Error('stopped'));
    const stopped = http.request(url('/trickle'), {
      method: 'POST',
      body: '{}',
      timeoutMs: patienceMs,
      signal: stop.signal,
    });
    await expect(stopped).rejects.toThrow('stopped');
  });

  it('reads no more of an answer than its limit', async () => {
    const url = await serve((_, response) => void response.end('x'.repeat(1_000_000)));
    const { http } = open(['127.0.0.1']);
    const { text } = await http.request(url(), { method: 'GET', maxBytes: 10 });
    expect(text).toBe('xxxxxxxxxx');
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error('stopped')));
    const { http } = open(['127.0.0.1']);
    await expect(http.request(url(), { method: 'GET', signal: stop.signal })).rejects.toThrow('stopped');
  });

  it('refuses an address that is not http or https, without showing it', async () => {
    const { http } = open(['127.0.0.1']);
    for (const url of ['ftp://127.0.0.1/secret', 'file:///etc/secret', 'secret', '']) {
      const fault = await faultOf(http.request(url, { method: 'GET' }));
      expect(fault).toMatchObject({ code: 'CHANNEL_TARGET_UNKNOWN', permanent: true });
      expect(fault?.message).not.toContain('secret');
    }
  });
});

describe('a TLS connection to a service outside', () => {
  let folder: string;
  let keys: { key: string; cert: string };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-outgoing-'));
    const { key, certificate: cert } = createCertificate(folder);
    keys = { key, cert };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused when the certificate is not trusted, also through a proxy', async () => {
    const requests: unknown[] = [];
    const server = createHttpsServer(keys, (request) => void requests.push(request.url));
    server.on('tlsClientError', () => {});
    const port = await listen(server);
    const proxy = await startForwardProxy();
    onTestFinished(() => proxy.close());
    for (const { http } of [
      open(['127.0.0.1']),
      open(['127.0.0.1'], { ...withoutProxy, https: proxy.url }),
    ]) {
      const fault = await faultOf(http.request(`https://127.0.0.1:${port}/`, { method: 'GET' }));
      expect(fault).toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
      expect(fault?.message).toBe(`127.0.0.1:${port} does not answer: DEPTH_ZERO_SELF_SIGNED_CERT.`);
    }
    expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${port}`]);
    expect(requests).toEqual([]);
  });
});

describe('a request through the outgoing proxy', () => {
  let proxy: ForwardProxy;
  beforeAll(async () => {
    proxy = await startForwardProxy();
  });
  afterAll(() => proxy.close());

  it('reaches a service that only the proxy knows by name', async () => {
    const url = await serve(async (request, response) => {
      response.end(`${request.url} ${Buffer.concat(await request.toArray())}`);
    });
    const { http } = open(['public'], { ...withoutProxy, http: proxy.url });
    const target = url('/hook', 'chat.invalid');
    expect(await http.request(target, { method: 'POST', body: 'a' })).toMatchObject({
      status: 200,
      text: '/hook a',
    });
    expect(proxy.requests).toContain(`POST ${target}`);
  });

  it('is refused for names and addresses of this machine', async () => {
    const before = proxy.requests.length;
    const { http } = open(['public', 'private'], { ...withoutProxy, http: proxy.url });
    for (const host of ['127.0.0.1', 'localhost', 'metadata.google.internal', '[::1]']) {
      const fault = await faultOf(http.request(`http://${host}/`, { method: 'GET' }));
      expect(fault, host).toMatchObject({ code: 'CHANNEL_ADDRESS_REFUSED' });
    }
    expect(proxy.requests).toHaveLength(before);
  });

  it('is not used for the exceptions of NO_PROXY', async () => {
    const url = await serve((_, response) => void response.end('direct'));
    const { http } = open(['127.0.0.1'], { ...withoutProxy, http: proxy.url, exceptions: '127.0.0.0/8' });
    const before = proxy.requests.length;
    expect(await http.request(url(), { method: 'GET' })).toMatchObject({ text: 'direct' });
    expect(proxy.requests).toHaveLength(before);
  });

  it('ends after its time when the proxy is silent, and closes its connection', async () => {
    const server = createTcpServer();
    const connected = once(server, 'connection');
    const port = await listen(server);
    const silent = `http://127.0.0.1:${port}`;
    const { http } = open(['public'], { ...withoutProxy, https: silent });
    const fault = await faultOf(http.request('https://chat.invalid/', { method: 'GET', timeoutMs: 200 }));
    expect(fault).toMatchObject({ code: 'CHANNEL_UNREACHABLE' });
    const [socket] = await connected;
    socket.resume();
    if (!socket.destroyed) await once(socket, 'close');
  });
});

describe('a connection to a service outside', () => {
  const options = () => ({ timeoutMs: patienceMs, signal: new AbortController().signal });

  it('is opened to an allowed address, and refused for others', async () => {
    const server = createTcpServer((socket) => socket.end('hello'));
    const port = await listen(server);
    const socket = await open(['127.0.0.1']).connect('127.0.0.1', port, options());
    expect(Buffer.concat(await socket.toArray()).toString()).toBe('hello');
    const { connect } = open(['public', 'private']);
    for (const host of ['127.0.0.1', 'localhost', '::1', '169.254.169.254']) {
      expect(await faultOf(connect(host, port, options())), host).toMatchObject({
        code: 'CHANNEL_ADDRESS_REFUSED',
        permanent: true,
      });
    }
  });

  it('says why it cannot be opened, and ends with its signal', async () => {
    const { connect } = open(['127.0.0.1']);
    const fault = await faultOf(connect('127.0.0.1', 1, options()));
    expect(fault).toMatchObject({
      code: 'CHANNEL_UNREACHABLE',
      message: '127.0.0.1:1 does not answer: ECONNREFUSED.',
      permanent: false,
    });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(connect('127.0.0.1', 1, { timeoutMs: patienceMs, signal: stopped })).rejects.toThrow(
      'stopped',
    );
  });
});
