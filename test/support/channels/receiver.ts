import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a service is away. */
export type Outage =
  | 'none'
  /** Each connection is closed at once. */
  | 'reset'
  /** HTTP 503. */
  | 'unavailable'
  /** HTTP 429 with `Retry-After: 1`. */
  | 'busy'
  /** Requests wait until the outage ends, and are never answered. */
  | 'no-answer'
  /** Messages are accepted, and the connection is closed before the answer. */
  | 'lost-answer';

export interface ReceivedRequest {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** A stand-in for a service that receives messages. */
export interface Receiver {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** The number of requests so far, those during an outage included. */
  requests: number;
  outage: Outage;
  /** At most so many requests in so many milliseconds; others get HTTP 429 with Retry-After. No limit when undefined. */
  rateLimit: { requests: number; perMs: number } | undefined;
  close(): Promise<void>;
}

/** The most that a stand-in reads of a request. */
const maxBody = 1_000_000;

/** Starts a server that answers with `handle`, and can be away. */
export async function startReceiver(
  handle: (request: ReceivedRequest) => Answer,
  { port = 0 }: { port?: number } = {},
): Promise<Receiver> {
  let times: number[] = [];
  const server = createServer((request, response) => {
    receiver.requests += 1;
    const { outage } = receiver;
    if (outage === 'reset') return void request.socket.destroy();
    if (outage === 'no-answer') return;
    if (outage === 'unavailable') return void response.writeHead(503).end('Service Unavailable');
    if (outage === 'busy')
      return void response.writeHead(429, { 'retry-after': '1' }).end('Too Many Requests');
    const wait = waitFor(receiver.rateLimit);
    if (wait > 0)
      return void response
        .writeHead(429, { 'retry-after': String(Math.ceil(wait / 1000)) })
        .end('Too Many Requests');
    readBody(request).then(
      (body) => {
        if (body === undefined) return void response.writeHead(413).end('Payload Too Large');
        const url = new URL(request.url ?? '/', receiver.origin);
        const answer = handle({ method: request.method ?? 'GET', url, headers: request.headers, body });
        if (outage === 'lost-answer') return void request.socket.destroy();
        response.writeHead(answer.status, answer.headers).end(answer.body);
      },
      () => request.socket.destroy(),
    );
  });

  /** Milliseconds until the next request is allowed; 0 counts this one. */
  function waitFor(limit: Receiver['rateLimit']): number {
    if (limit === undefined) return 0;
    const now = Date.now();
    times = times.filter((time) => time > now - limit.perMs);
    if (times.length >= limit.requests) return (times[0] ?? now) + limit.perMs - now;
    times.push(now);
    return 0;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const receiver: Receiver = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: 0,
    outage: 'none',
    rateLimit: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBody) return;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A JSON answer. */
export function json(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The object that a request has as its JSON body; `undefined` when it has none. */
export function jsonBody({ headers, body }: ReceivedRequest): Record<string, unknown> | undefined {
  if (!headers['content-type']?.startsWith('application/json')) return;
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
