import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWebSocket } from './web-socket.ts';

let server: Server;
let address: string;
/** The side of the server of the last connection. */
let peer: Duplex;
let received: Buffer;

beforeAll(async () => {
  server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket) => {
    peer = socket;
    received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    const key = request.url === '/wrong' ? 'wrong' : accept;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A frame of a server. */
function frame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = (isFinal ? 0x80 : 0) | opcode;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

const textOf = (length: number) => 'matre'.repeat(length / 5 + 1).slice(0, length);

/** A connection, what it received, and why it ended. */
async function connect(path = '/') {
  const messages: string[] = [];
  let onEnd: (reason: Error | undefined) => void;
  const ended = new Promise<Error | undefined>((resolve) => {
    onEnd = resolve;
  });
  const socket = await openWebSocket(address + path, {
    ...{ timeoutMs: 5_000, maxMessageBytes: 100_000 },
    onMessage: (message) => messages.push(message.toString()),
    onClose: (reason) => onEnd(reason),
  });
  return { socket, messages, ended };
}

describe('a WebSocket', () => {
  it('receives messages, however they are divided into frames and chunks', async () => {
    const parts = fc.array(fc.nat({ max: 70_000 }).map(textOf), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(parts, { maxLength: 4 }),
        fc.integer({ min: 1, max: 70_000 }),
        async (all, size) => {
          const { messages, ended } = await connect();
          const sendable = all.filter((one) => Buffer.byteLength(one.join('')) <= 100_000);
          const frames = sendable.flatMap((one) => [
            ...one.map((part, index) =>
              frame(index === 0 ? 1 : 0, Buffer.from(part), index === one.length - 1),
            ),
            frame(9, Buffer.from('ping')),
          ]);
          const bytes = Buffer.concat([...frames, frame(8, Buffer.alloc(0))]);
          for (let at = 0; at < bytes.length; at += size) peer.write(bytes.subarray(at, at + size));
          expect(await ended).toBeUndefined();
          expect(messages).toEqual(sendable.map((one) => one.join('')));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('sends masked texts', async () => {
    const { socket, ended } = await connect();
    socket.send('ä'.repeat(100));
    socket.close();
    await ended;
    await expect.poll(() => received.length).toBeGreaterThan(200);
    const mask = received.subarray(4, 8);
    const text = received.subarray(8, 208).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    expect([received[0], received[1], text.toString()]).toEqual([0x81, 0x80 | 126, 'ä'.repeat(100)]);
  });

  it.each([
    ['a long frame', () => frame(1, Buffer.alloc(100_001))],
    ['a frame that only says to be long', () => Buffer.from([0x81, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0])],
    [
      'many frames of a message',
      () => Buffer.concat([frame(1, Buffer.alloc(60_000), false), frame(0, Buffer.alloc(60_000))]),
    ],
  ])('ends with %s', async (_what, bytes) => {
    const { ended, messages } = await connect();
    peer.write(bytes());
    expect((await ended)?.name).toBe('MessageTooLong');
    expect(messages).toEqual([]);
  });

  it('ends with its server', async () => {
    const { ended } = await connect();
    peer.destroy();
    expect((await ended)?.message).toBe('The connection was closed.');
  });

  it('is refused by a server that knows none, or answers something else', async () => {
    await expect(connect('/wrong')).rejects.toThrow('handshake');
    const other = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const options = { timeoutMs: 5_000, maxMessageBytes: 1, onMessage() {}, onClose() {} };
    await expect(openWebSocket(url, options)).rejects.toThrow('answers 404');
    other.close();
    await expect(openWebSocket(url, options)).rejects.toThrow('ECONNREFUSED');
  });
});
