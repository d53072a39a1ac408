import { once } from 'node:events';
import { createServer, request as requestHttp } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** An outgoing proxy, as companies have it: CONNECT for https, absolute addresses for http. It resolves no name: all lead to 127.0.0.1. */
export interface ForwardProxy {
  /** `http://user:password@127.0.0.1:port`. */
  url: string;
  /** What was asked of it: `CONNECT example.com:443` or `POST http://example.com/path`. */
  requests: string[];
  close(): Promise<void>;
}

export async function startForwardProxy(): Promise<ForwardProxy> {
  const requests: string[] = [];
  const credentials = `Basic ${Buffer.from('user:password').toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers['proxy-authorization'] !== credentials) return response.writeHead(407).end();
    requests.push(`${request.method} ${request.url}`);
    const { port, pathname } = new URL(request.url ?? '');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = requestHttp(
      { host: '127.0.0.1', port, path: pathname, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    if (request.headers['proxy-authorization'] !== credentials) return socket.end('HTTP/1.1 407 No\r\n\r\n');
    requests.push(`CONNECT ${request.url}`);
    const onward = connect(Number(new URL(`http://${request.url}`).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward])
      end.on('error', () => void [socket, onward].map((each) => each.destroy()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://user:password@127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
