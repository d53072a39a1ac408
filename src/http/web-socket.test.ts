import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { openWebSocket } from './web-socket.ts';

let server: WebSocketServer;
let address: string;
/** The side of the server of the last connection. */
let peer: WebSocket;
let received: string[];

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    peer = socket;
    received = [];
    socket.on('message', (message) => received.push(String(message)));
    socket.send('hello');
  });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

/** A connection, what it received, and why it ended. */
async function connect(url = address) {
  const messages: string[] = [];
  let onEnd: (reason: Error | undefined) => void;
  const ended = new Promise<Error | undefined>((resolve) => {
    onEnd = resolve;
  });
  const socket = await openWebSocket(url, {
    ...{ timeoutMs: 5_000, maxMessageBytes: 100_000 },
    onMessage: (message) => messages.push(message.toString()),
    onClose: (reason) => onEnd(reason),
  });
  return { socket, messages, ended };
}

describe('a WebSocket', () => {
  it('receives messages, also one that came with the answer to the handshake', async () => {
    const { messages, ended } = await connect();
    peer.send('ä'.repeat(50_000));
    peer.close();
    expect(await ended).toBeUndefined();
    expect(messages).toEqual(['hello', 'ä'.repeat(50_000)]);
  });

  it('sends texts, and nothing after its end', async () => {
    const { socket, ended } = await connect();
    socket.send('ä'.repeat(100));
    await expect.poll(() => received).toEqual(['ä'.repeat(100)]);
    socket.close();
    socket.send('late');
    expect(await ended).toBeUndefined();
    expect(received).toHaveLength(1);
  });

  it('ends with a message that is too long', async () => {
    const { ended, messages } = await connect();
    peer.send('a'.repeat(100_001));
    expect((await ended)?.name).toBe('MessageTooLong');
    expect(messages).toEqual(['hello']);
  });

  it('ends with its server', async () => {
    const { ended } = await connect();
    peer.terminate();
    expect((await ended)?.message).toBe('The connection was closed.');
  });

  it('is refused by a server that knows none, or is not there', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    await expect(connect(url)).rejects.toThrow('404');
    other.close();
    await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
  });
});
