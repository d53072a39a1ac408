import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { toFault } from '../faults/fault.ts';

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body was longer than `maxBytes`; `text` is its beginning. */
  truncated: boolean;
  /** With `acceptsPart`: the body did not end; `text` is what has arrived of it. */
  broken?: true;
}

/** A response whose body is read as it arrives. */
export interface HttpStream {
  status: number;
  chunks: AsyncIterable<Uint8Array>;
  /** Reads what is left of the body, up to `maxBytes` bytes. */
  text(maxBytes: number): Promise<string>;
  /** Closes the connection, however much is unread. */
  close(): void;
}

/**
 * Makes HTTP requests over connections of its own. Unlike the global `fetch`, of which Node 20 keeps an aborted request alive once
 * the garbage collector has taken its `Request` object, everything here ends at its time limit or with `close`.
 */
export interface HttpClient {
  /**
   * Sends a request and reads the response, at most `maxBytes` of its body. Redirects are responses. Rejects when there is no
   * whole response after `timeoutMs`, when the connection fails, after `close`, and with the reason of `signal` when that aborts.
   * `acceptsPart`: a response whose headers have arrived is one, also when its body breaks off or takes too long.
   */
  request(
    url: string,
    request: HttpRequest & {
      timeoutMs: number;
      maxBytes: number;
      signal?: AbortSignal;
      acceptsPart?: boolean;
    },
  ): Promise<HttpResponse>;
  /**
   * Sends a request; resolves with its headers. `timeoutMs` ends a request without headers, `idleMs` a body that stands still, and
   * `signal` either of them.
   */
  stream(
    url: string,
    request: HttpRequest & { timeoutMs: number; idleMs: number; signal: AbortSignal },
  ): Promise<HttpStream>;
  /** Ends all requests and closes all connections. */
  close(): void;
}

export class HttpTimeout extends Error {
  override readonly name = 'HttpTimeout';
}

/** The errors of requests whose connection was never open: the server has read nothing of them. */
const unsent = new WeakSet<object>();

/** Whether a request failed before anything of it was sent, so that the server cannot have executed it. */
export function isUnsent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsent.has(error);
}

export interface HttpClientOptions {
  /** Makes the connection of a request. It is for one request, which it ends with `signal`. It may reject the address. */
  agentFor?(address: URL, signal: AbortSignal): Promise<Agent>;
}

/**
 * Creates a client. Each request gets a connection of its own: a reused one may have been closed by the server just then, and a POST
 * must not be sent twice.
 */
export function createHttpClient({ agentFor }: HttpClientOptions = {}): HttpClient {
  const httpAgent = new Agent();
  let httpsAgent: Agent | undefined;
  let closed = false;

  /** Resolves with the response when its headers have arrived. `signal` applies until the body has ended. */
  async function send(url: string, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { method = 'GET', headers = {}, body } = request;
    const address = new URL(url);
    // Loaded on demand: TLS takes a command longer to load than its request to a server on this machine.
    const https = address.protocol === 'https:' ? await import('node:https') : undefined;
    const agent = await agentFor?.(address, signal);
    if (closed) throw new Error('This HTTP client is closed.');
    if (https !== undefined && agent === undefined) httpsAgent ??= new https.Agent();
    return new Promise((resolve, reject) => {
      const outgoing = (https?.request ?? requestHttp)(address, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        agent: agent ?? (https === undefined ? httpAgent : httpsAgent),
        signal,
      });
      let isOpen = false;
      outgoing.once('socket', (socket) => {
        isOpen = !socket.connecting;
        socket.once(https === undefined ? 'connect' : 'secureConnect', () => {
          isOpen = true;
        });
      });
      outgoing.on('error', (error) => {
        const reason = signal.aborted ? signal.reason : error;
        if (!isOpen) unsent.add(reason);
        reject(reason);
      });
      outgoing.on('response', resolve);
      outgoing.end(body);
    });
  }

  return {
    async request(url, { timeoutMs, maxBytes, signal, acceptsPart = false, ...request }) {
      const deadline = startDeadline(timeoutMs, signal);
      try {
        const response = await send(url, request, deadline.signal);
        const body = await readText(response, maxBytes);
        if (body.error !== undefined && (!acceptsPart || signal?.aborted)) throw body.error;
        const { text, truncated } = body;
        return {
          ...{ status: response.statusCode ?? 0, headers: response.headers, text, truncated },
          ...(body.error !== undefined && { broken: true }),
        };
      } catch (error) {
        throw deadline.signal.aborted ? deadline.signal.reason : error;
      } finally {
        deadline.clear();
      }
    },
    async stream(url, { timeoutMs, idleMs, signal, ...request }) {
      const stop = new AbortController();
      const onAbort = () => stop.abort(signal.reason);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      const timer = setTimeout(() => stop.abort(timeoutAfter(timeoutMs)), timeoutMs);
      let response: IncomingMessage;
      try {
        response = await send(url, request, stop.signal);
      } catch (error) {
        signal.removeEventListener('abort', onAbort);
        throw error;
      } finally {
        clearTimeout(timer);
      }
      response.once('close', () => signal.removeEventListener('abort', onAbort));
      response.setTimeout(idleMs, () => response.destroy(timeoutAfter(idleMs)));
      // A connection that breaks is not an uncaught error, also while the body is not read.
      response.on('error', () => {});
      return {
        status: response.statusCode ?? 0,
        chunks: response,
        async text(maxBytes) {
          const { text, error } = await readText(response, maxBytes);
          if (error !== undefined) throw error;
          return text;
        },
        close: () => void response.destroy(),
      };
    },
    close() {
      closed = true;
      httpAgent.destroy();
      httpsAgent?.destroy();
    },
  };
}

/** Says in a few words why there was no response: `timed out after 5 s`, `ECONNREFUSED`, or the message of the error. */
export function describeHttpError(error: unknown): string {
  if (error instanceof HttpTimeout) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : toFault(error).message;
}

function timeoutAfter(ms: number): HttpTimeout {
  return new HttpTimeout(`timed out after ${ms / 1000} s`);
}

/** A signal that aborts after `ms`, or with `outer`. */
function startDeadline(ms: number, outer?: AbortSignal): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeoutAfter(ms)), ms);
  const onAbort = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort);
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** Reads a body up to `maxBytes`. Never rejects: `error` is why it broke off. */
async function readText(
  response: IncomingMessage,
  maxBytes: number,
): Promise<{ text: string; truncated: boolean; error?: unknown }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const read = async () => {
    // Leaving the loop destroys the response and its connection.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) break;
    }
  };
  const end = await read().then(
    () => ({}),
    (error: unknown) => ({ error }),
  );
  const body = Buffer.concat(chunks);
  return { text: body.subarray(0, maxBytes).toString('utf8'), truncated: bytes > maxBytes, ...end };
}
