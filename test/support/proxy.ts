import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to a server that can fail like a network: silently. */
export interface TestProxy {
  port: number;
  /** Open connections carry nothing any more, and neither end is notified. New connections work. */
  loseConnections(): void;
  /** Carries nothing and accepts no connection until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): void;
}

interface Connection {
  client: Socket;
  server: Socket;
  /** Carries nothing indefinitely. */
  lost: boolean;
}

/** `address`: of this machine, where it listens. */
export async function startProxy(targetPort: number, address = '127.0.0.1'): Promise<TestProxy> {
  const connections = new Set<Connection>();
  let frozen = false;

  function apply(connection: Connection): void {
    for (const socket of [connection.client, connection.server]) {
      if (frozen || connection.lost) socket.pause();
      else socket.resume();
    }
  }

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const connection: Connection = { client, server: connect(targetPort, '127.0.0.1'), lost: false };
    connections.add(connection);
    for (const [from, to] of [
      [connection.client, connection.server],
      [connection.server, connection.client],
    ] as const) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => {});
      from.on('close', () => {
        // A lost connection is silent: the other end stays open until it times out.
        if (connection.lost) return;
        to.destroy();
        connections.delete(connection);
      });
    }
    apply(connection);
  });
  listener.listen(0, address);
  await once(listener, 'listening');

  const applyAll = () => {
    for (const connection of connections) apply(connection);
  };
  return {
    port: (listener.address() as AddressInfo).port,
    loseConnections() {
      for (const connection of connections) connection.lost = true;
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
      for (const { client, server } of connections) {
        client.destroy();
        server.destroy();
      }
    },
  };
}
