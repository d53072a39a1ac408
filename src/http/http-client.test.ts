import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, describeHttpError, HttpTimeout } from './http-client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** A reset is an end, too. */
const closed = (socket: Socket) =>
  new Promise((resolve) => (socket.destroyed ? resolve(undefined) : socket.once('close', resolve)));

/** Beyond the time limit of a test, so that a timeout is not mistaken for the end that a test expects. */
const hourMs = 3_600_000;
const limits = { timeoutMs: hourMs, maxBytes: 1_000 };
const forever = () => ({ timeoutMs: hourMs, idleMs: hourMs, signal: new AbortController().signal });

describe('a request', () => {
  it('sends method, headers and body, and returns status, headers and text', async () => {
    const { url } = await serve(async (request, response) => {
      const chunks = await request.toArray();
      response.statusCode = 201;
      response.setHeader('X-Two', '2');
      response.end(`${request.method} ${request.headers['x-one']} ${Buffer.concat(chunks)}`);
    });
    const client = createHttpClient();
    const request = { method: 'POST', headers: { 'x-one': '1' }, body: 'é' };
    expect(await client.request(url, { ...request, ...limits })).toEqual({
      status: 201,
      headers: expect.objectContaining({ 'x-two': '2' }),
      text: 'POST 1 é',
      truncated: false,
    });
  });

  it('does not follow a redirect', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: '/other' }).end());
    expect(await createHttpClient().request(url, limits)).toMatchObject({ status: 302 });
  });

  it('reads no more of a body than its limit, and closes the connection', async () => {
    const { url, server } = await serve((_, response) => {
      const fill = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', fill);
      fill();
    });
    const connected = once(server, 'connection');
    const response = await createHttpClient().request(url, limits);
    expect(response).toMatchObject({ status: 200, text: 'x'.repeat(1_000), truncated: true });
    const [socket] = await connected;
    await closed(socket);
  });

  it.each([
    ['before the headers', () => {}],
    ['within the body', ((_, response) => response.write('{')) satisfies RequestListener],
  ])('ends at its time limit %s', async (_where, listener) => {
    const { url } = await serve(listener);
    const error = await createHttpClient()
      .request(url, { timeoutMs: 50, maxBytes: 10 })
      .catch((problem) => problem);
    expect(error).toBeInstanceOf(HttpTimeout);
    expect(describeHttpError(error)).toBe('timed out after 0.05 s');
  });

  it('reports why there is no response', async () => {
    const { url, server } = await serve(() => {});
    server.close();
    await once(server, 'close');
    const error = await createHttpClient()
      .request(url, limits)
      .catch((problem) => problem);
    expect(describeHttpError(error)).toBe('ECONNREFUSED');
  });

  it('ends when its client is closed, and a closed client sends nothing', async () => {
    const { url, server } = await serve(() => {});
    const client = createHttpClient();
    const request = client.request(url, limits);
    const [, [socket]] = await Promise.all([once(server, 'request'), once(server, 'connection')]);
    client.close();
    await expect(request).rejects.toThrow();
    await closed(socket);
    await expect(client.request(url, limits)).rejects.toThrow('This HTTP client is closed.');
  });
});

describe('a stream', () => {
  it('ends with its signal, also after garbage was collected', async () => {
    const { url, server } = await serve((_, response) => response.write('one'));
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const stop = new AbortController();
    const connected = once(server, 'connection');
    const { chunks } = await createHttpClient().stream(url, { ...forever(), signal: stop.signal });
    const iterator = chunks[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('one');
    const next = iterator.next();
    for (let count = 0; count < 3; count++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    stop.abort();
    await expect(next).rejects.toThrow();
    const [socket] = await connected;
    await closed(socket);
  });

  it('ends when no more data arrives', async () => {
    const { url } = await serve((_, response) => response.write('one'));
    const { chunks } = await createHttpClient().stream(url, { ...forever(), idleMs: 50 });
    const readAll = async () => {
      for await (const chunk of chunks) expect(String(chunk)).toBe('one');
    };
    await expect(readAll()).rejects.toThrow(HttpTimeout);
  });

  it('ends when its client is closed', async () => {
    const { url } = await serve((_, response) => response.write('one'));
    const client = createHttpClient();
    const { chunks } = await client.stream(url, forever());
    const iterator = chunks[Symbol.asyncIterator]();
    await iterator.next();
    client.close();
    await expect(iterator.next()).rejects.toThrow();
  });
});
