import { createHash, randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import type { Duplex } from 'node:stream';

/** A connection by the WebSocket protocol (RFC 6455), as a client. */
export interface WebSocketConnection {
  /** Sends a text; after the end of the connection it does nothing. */
  send(text: string): void;
  close(): void;
}

export interface WebSocketOptions {
  /** How long opening may take. */
  timeoutMs: number;
  /** A longer message ends the connection with `MessageTooLong`. */
  maxMessageBytes: number;
  onMessage(message: Buffer): void;
  /** Called once, when an open connection has ended; `reason` unless both sides agreed on it. */
  onClose(reason: Error | undefined): void;
}

export class MessageTooLong extends Error {
  override readonly name = 'MessageTooLong';
}

/** RFC 6455, section 1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/**
 * Opens a connection to a `ws:` or `wss:` address, without extensions. It is a class of its own because Node 20 has a client only behind a
 * flag, and that one reads messages of any length. Rejects when the server refuses or does not answer in time.
 */
export async function openWebSocket(url: string, options: WebSocketOptions): Promise<WebSocketConnection> {
  const { socket, head } = await shakeHands(url, options.timeoutMs);
  let isOver = false;
  const end = (reason?: Error) => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    options.onClose(reason);
  };
  const reader = createFrameReader(options.maxMessageBytes, {
    onMessage: options.onMessage,
    onPing: (payload) => socket.write(frame(opcodes.pong, payload)),
    onClose: () => end(),
  });
  const read = (chunk: Buffer) => {
    if (isOver) return;
    try {
      reader(chunk);
    } catch (error) {
      end(error as Error);
    }
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error('The connection was closed.')));
  socket.on('end', () => end(new Error('The connection was closed.')));
  socket.on('data', read);
  // What came behind the handshake, after the caller has the connection.
  if (head.length > 0) setImmediate(read, head);
  return {
    send(text) {
      if (!isOver) socket.write(frame(opcodes.text, Buffer.from(text)));
    },
    close() {
      if (isOver) return;
      socket.write(frame(opcodes.close, Buffer.alloc(0)));
      end();
    },
  };
}

async function shakeHands(url: string, timeoutMs: number): Promise<{ socket: Duplex; head: Buffer }> {
  const address = new URL(url);
  const isSecure = address.protocol === 'wss:';
  address.protocol = isSecure ? 'https:' : 'http:';
  const request = isSecure ? (await import('node:https')).request : requestHttp;
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
    };
    const outgoing = request(address, { headers, agent: false });
    const timer = setTimeout(() => outgoing.destroy(new Error(`timed out after ${timeoutMs} ms`)), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      response.resume();
      outgoing.destroy();
      fail(new Error(`It answers ${response.statusCode} instead of opening a WebSocket.`));
    });
    outgoing.on('upgrade', (response, socket, head) => {
      clearTimeout(timer);
      const accept = createHash('sha1')
        .update(key + acceptSuffix)
        .digest('base64');
      if (response.headers['sec-websocket-accept'] !== accept) {
        socket.destroy();
        reject(new Error('Its handshake is not that of a WebSocket.'));
        return;
      }
      resolve({ socket, head });
    });
    outgoing.end();
  });
}

/** One frame of a client: final, and masked as the protocol demands. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) masked[at] = (payload[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return Buffer.concat([header, mask, masked]);
}

interface Frame {
  isFinal: boolean;
  opcode: number;
  payload: Buffer;
  /** Of the frame, with its header. */
  bytes: number;
}

/** Returns a function that reads the frames of a server from chunks of any size. It throws for what is no frame or too long. */
function createFrameReader(
  maxMessageBytes: number,
  on: { onMessage(message: Buffer): void; onPing(payload: Buffer): void; onClose(): void },
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  /** So many bytes are needed before it is worth to join the chunks: otherwise a long message is copied with each of them. */
  let needed = 2;
  let parts: Buffer[] = [];
  let partBytes = 0;

  const handle = ({ isFinal, opcode, payload }: Frame) => {
    if (opcode === opcodes.ping) return on.onPing(payload);
    if (opcode === opcodes.pong) return;
    if (opcode === opcodes.close) return on.onClose();
    if (opcode > opcodes.binary) throw new Error(`The WebSocket sent a frame of the unknown kind ${opcode}.`);
    parts.push(payload);
    partBytes += payload.length;
    if (partBytes > maxMessageBytes) throw new MessageTooLong();
    if (!isFinal) return;
    const message = parts.length === 1 ? payload : Buffer.concat(parts);
    parts = [];
    partBytes = 0;
    on.onMessage(message);
  };

  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      const next = readFrame(rest, maxMessageBytes);
      if (typeof next === 'number') {
        needed = next;
        break;
      }
      rest = rest.subarray(next.bytes);
      handle(next);
    }
    chunks = [rest];
    size = rest.length;
  };
}

/** The first frame of these bytes, or how many bytes are needed to know more. */
function readFrame(bytes: Buffer, maxBytes: number): Frame | number {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return 2;
  if ((second & 0x80) !== 0) throw new Error('The WebSocket sent a masked frame.');
  const short = second & 0x7f;
  const headerBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < headerBytes) return headerBytes;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (length > maxBytes) throw new MessageTooLong();
  const end = headerBytes + length;
  if (bytes.length < end) return end;
  return {
    isFinal: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    payload: bytes.subarray(headerBytes, end),
    bytes: end,
  };
}
