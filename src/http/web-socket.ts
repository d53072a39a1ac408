import { WebSocket } from 'ws';

/** A connection by the WebSocket protocol, as a client. */
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
  /** Called once, when an open connection has ended; `reason` unless one of the sides closed it. */
  onClose(reason: Error | undefined): void;
}

export class MessageTooLong extends Error {
  override readonly name = 'MessageTooLong';
}

/** Close codes of RFC 6455, section 7.4.1: an end that the other side announced. */
const announcedCodes = [1_000, 1_001, 1_005];

/**
 * Opens a connection to a `ws:` or `wss:` address. `onMessage` is called only when the caller has the connection. Rejects when the server refuses or does not answer in time. The client of Node 20 is
 * behind a flag, and reads messages of any length.
 */
export async function openWebSocket(url: string, options: WebSocketOptions): Promise<WebSocketConnection> {
  const { timeoutMs: handshakeTimeout, maxMessageBytes: maxPayload, onMessage, onClose } = options;
  // Compressed messages would be unpacked on the threads that also read files.
  const socket = new WebSocket(url, { handshakeTimeout, maxPayload, perMessageDeflate: false });
  socket.binaryType = 'nodebuffer';
  let isOver = false;
  const end = (reason?: Error) => {
    if (isOver) return;
    isOver = true;
    socket.terminate();
    onClose(reason);
  };
  socket.on('message', (message: Buffer) => {
    if (!isOver) onMessage(message);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      // A message may come together with the answer to the handshake.
      socket.pause();
      setImmediate(() => socket.resume());
      resolve();
    });
    socket.once('error', reject);
  });
  socket.removeAllListeners('error');
  socket.on('error', (error: NodeJS.ErrnoException) =>
    end(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? new MessageTooLong() : error),
  );
  socket.on('close', (code) =>
    end(announcedCodes.includes(code) ? undefined : new Error('The connection was closed.')),
  );
  return {
    send(text) {
      if (!isOver) socket.send(text, () => {});
    },
    close: () => end(),
  };
}
