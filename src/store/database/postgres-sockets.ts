import { once } from 'node:events';
import { Socket } from 'node:net';
import { withTimeout } from '../../async/timeout.ts';

/** The sockets of some connections, so that those without a response can be destroyed. */
export interface Sockets {
  /** Creates a socket, for the option `stream` of the driver. */
  create(): Socket;
  /** Waits until all sockets are closed, at most `timeoutMs`, and destroys the rest. */
  close(timeoutMs: number): Promise<void>;
}

/** The driver announces the end of a connection and waits for the response, which would keep the process alive on a half-open one. */
export function createSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    create() {
      const socket = new Socket();
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    async close(timeoutMs) {
      await withTimeout(
        timeoutMs,
        () => Promise.all([...open].map((socket) => once(socket, 'close').catch(() => undefined))),
        () => undefined,
      );
      for (const socket of open) socket.destroy();
    },
  };
}
