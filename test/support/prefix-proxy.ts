import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy for tests, which has a server below one path only, as on a host with other programs. */
export interface PrefixProxy {
  /** With the path, without a slash at the end. */
  url: string;
  /** The requests for other paths, which it answers with 404. */
  strayRequests: string[];
  close(): void;
}

/** `removes`: passes requests on without the path, as some proxies do. */
export async function startPrefixProxy(
  prefix: string,
  { target, removes = false }: { target: () => string; removes?: boolean },
): Promise<PrefixProxy> {
  const strayRequests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '/';
    if (!/^[/?]?$/.test(url.slice(prefix.length, prefix.length + 1)) || !url.startsWith(prefix)) {
      strayRequests.push(`${incoming.method} ${url}`);
      outgoing.writeHead(404).end();
      return;
    }
    const rest = url.slice(prefix.length);
    const path = removes ? `/${rest.replace(/^\//, '')}` : url;
    const passed = forward(target() + path, { method: incoming.method, headers: headersOf(incoming) });
    passed.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    strayRequests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function headersOf({ headers, socket }: IncomingMessage) {
  return { ...headers, 'x-forwarded-for': socket.remoteAddress ?? '', 'x-forwarded-proto': 'http' };
}
