import { once } from 'node:events';
import { Socket } from 'node:net';
import { withTimeout } from '../../async/timeout.ts';

/** The sockets of some connections, so that one whose other end is silent for ever can be broken off. */
export interface Sockets {
  /** For the `stream` of the driver. */
  make(): Socket;
  /** Waits until all are closed, at most so many milliseconds, and breaks off the rest. */
  close(forMs: number): Promise<void>;
}

/** The driver says goodbye and waits for an answer; over a connection that is half open none comes, and no process would end. */
export function createSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    make() {
      const socket = new Socket();
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    async close(forMs) {
      await withTimeout(
        forMs,
        () => Promise.all([...open].map((socket) => once(socket, 'close').catch(() => undefined))),
        () => undefined,
      );
      for (const socket of open) socket.destroy();
    },
  };
}
