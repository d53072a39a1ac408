import { Agent, request } from 'node:http';
import { patienceMs } from '../support/wait-for.ts';

export interface SentRequest {
  method: string;
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

export interface ReceivedAnswer {
  status: number;
  type: string | undefined;
  text: string;
}

/** Sends requests that `fetch` refuses to send, such as a GET with a body, over connections that stay open. */
export function createSender(url: string): {
  send(request: SentRequest): Promise<ReceivedAnswer>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);
  return {
    send: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const options = { agent, hostname, port, method, path, signal: AbortSignal.timeout(patienceMs) };
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const outgoing = request({ ...options, headers: { ...headers, ...length } }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              type: response.headers['content-type'],
              text: Buffer.concat(chunks).toString(),
            }),
          );
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}
