import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to a server that can fail like a network: silently. */
export interface Way {
  port: number;
  /** Open connections carry nothing any more, and neither end is notified. New connections work. */
  loseConnections(): void;
  /** Carries nothing and accepts no connection until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): void;
}

interface Carried {
  client: Socket;
  server: Socket;
  /** Carries nothing for ever. */
  lost: boolean;
}

/** `address`: of this machine, where it listens. */
export async function startProxy(targetPort: number, address = '127.0.0.1'): Promise<Way> {
  const ways = new Set<Carried>();
  let frozen = false;

  function apply(way: Carried): void {
    for (const socket of [way.client, way.server]) {
      if (frozen || way.lost) socket.pause();
      else socket.resume();
    }
  }

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const way: Carried = { client, server: connect(targetPort, '127.0.0.1'), lost: false };
    ways.add(way);
    for (const [from, to] of [
      [way.client, way.server],
      [way.server, way.client],
    ] as const) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        // A lost connection is silent: the other end stays open until it times out.
        if (way.lost) return;
        to.destroy();
        ways.delete(way);
      });
    }
    apply(way);
  });
  listener.listen(0, address);
  await once(listener, 'listening');

  const applyAll = () => {
    for (const way of ways) apply(way);
  };
  return {
    port: (listener.address() as AddressInfo).port,
    loseConnections() {
      for (const way of ways) way.lost = true;
      applyAll();
    },
    freeze() {
      frozen = true;
      applyAll();
    },
    thaw() {
      frozen = false;
      applyAll();
    },
    close() {
      listener.close();
      for (const { client, server } of ways) {
        client.destroy();
        server.destroy();
      }
    },
  };
}
