import type { z } from 'zod';
import { memoize } from '../../async/single-flight.ts';
import { Fault, type FaultCode, faults, isFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { createHttpClient, describeHttpError, type HttpStream, isUnsent } from '../../http/http-client.ts';
import { maxTreeMs } from '../../model/limits.ts';
import { allureArchiveName } from '../../model/page-links.ts';
import {
  type AnyOperation,
  type Operation,
  pathParameters,
  usesQuery,
} from '../../operations/core/operation.ts';
import { requesterHeader } from '../../operations/core/requester.ts';
import type { Caller } from './caller.ts';
import { subscribe } from './event-stream.ts';
import { assertInputIsKnown } from './known-input.ts';

/** Some operations replace containers, which takes a while. */
const timeoutMs = 120_000;
/** For operations that may have to read an image and a module, each within its limit, and then to answer. */
const readingMs = 2 * maxTreeMs + timeoutMs;
/** The server sends a comment every 15 s; a connection that is silent for three of them is dead. */
const silentMs = 45_000;
/** More than a JUnit report of 100,000 tests. */
const maxBytes = 256 * 1024 * 1024;

/** A server, and what a request to it carries. */
interface RemoteOptions {
  url: string;
  token: string | undefined;
  /** Who uses the data folder of the server; other servers know it by the token. */
  requester?: string;
  /** The W3C `traceparent` of the trace that the requests belong to. */
  traceParent: string | undefined;
}

/** Requests to a matre server. They reject with the Faults of the server, and with SERVER_UNREACHABLE when it is none. */
export interface RemoteRequests {
  /** The address of the server, without a slash at the end. */
  readonly base: string;
  /** Sends a request with a JSON body, if any; resolves to the JSON of the response. */
  send(method: string, path: string, body: unknown, limitMs?: number): Promise<unknown>;
  stream(path: string, signal: AbortSignal): Promise<HttpStream>;
  close(): void;
}

export function createRemoteRequests({ url, token, requester, traceParent }: RemoteOptions): RemoteRequests {
  const base = url.replace(/\/+$/, '');
  const headers: Record<string, string> = {};
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (requester !== undefined) headers[requesterHeader] = encodeURIComponent(requester);
  if (traceParent !== undefined) headers['traceparent'] = traceParent;
  const client = createHttpClient();

  const unreachable = (error: unknown): never => {
    const message = asSentence(`${base} does not answer: ${describeHttpError(error)}`);
    throw new Fault('SERVER_UNREACHABLE', message, { cause: error });
  };

  return {
    base,
    async send(method, path, body, limitMs = timeoutMs) {
      const { status, text } = await client
        .request(base + path, {
          method,
          headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
          timeoutMs: limitMs,
          maxBytes,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        .catch(unreachable);
      const json = parseJson(text, status, base);
      if (status < 200 || status > 299) throw faultOf(json, status, base);
      return json;
    },
    async stream(path, signal) {
      const streamOptions = { headers, timeoutMs, idleMs: silentMs, signal };
      const stream = await client.stream(base + path, streamOptions).catch(unreachable);
      if (stream.status === 200) return stream;
      throw faultOf(parseJson(await stream.text(maxBytes), stream.status, base), stream.status, base);
    },
    close: client.close,
  };
}

/**
 * Calls a matre server over HTTP. Rejects with the Faults of the server, with SERVER_UNREACHABLE when it does not answer, or not
 * as a matre server of this version does, with RESPONSE_MISSING when it may have executed a change without answering, and with
 * SERVER_TOO_OLD when it would drop a part of the input.
 */
export function createRemoteCaller(options: RemoteOptions): Caller {
  const requests = createRemoteRequests(options);
  const { base } = requests;
  const subscriptions = new Set<() => Promise<void>>();

  /** Ends a subscription when the caller is closed, or earlier by the function that it resolves to. */
  const keep = async (subscription: Promise<() => Promise<void>>) => {
    const stop = await subscription;
    subscriptions.add(stop);
    return async () => {
      subscriptions.delete(stop);
      await stop();
    };
  };
  const openEvents = (signal: AbortSignal) => requests.stream('/api/events', signal);
  const describeApi = memoize(() => requests.send('GET', '/api/openapi.json', undefined));

  return {
    url: base,
    async call<Input extends z.ZodObject, Output extends z.ZodType>(
      operation: Operation<Input, Output>,
      input: z.input<Input>,
    ) {
      const fields = input as Record<string, unknown>;
      await assertInputIsKnown(operation as unknown as AnyOperation, fields, { base, describeApi });
      const { path, body } = requestOf(operation as unknown as AnyOperation, fields);
      const sent = requests.send(operation.method, path, body, operation.readsTests ? readingMs : timeoutMs);
      const json = await (operation.method === 'GET' ? sent : sent.catch(rethrowChange));
      // A command parses few responses, and generating a parser for each schema takes longer than to interpret it.
      const parsed = operation.output.safeParse(json, { jitless: true });
      if (parsed.success) return parsed.data;
      throw new Fault(
        'SERVER_UNREACHABLE',
        `${base} sent a response that this matre does not understand. Check that both have the same version.`,
        { cause: parsed.error },
      );
    },
    async readAllureReport({ path }) {
      const archive = path.replace(/[^/]+$/, allureArchiveName);
      return (await requests.stream(archive, new AbortController().signal)).chunks;
    },
    onRunChange: (callback) =>
      keep(
        subscribe(openEvents, ({ event, data }) => {
          if (event === 'run') callback(Number(data));
          else if (event === 'reload') callback(undefined);
        }),
      ),
    onChange: (callback) => keep(subscribe(openEvents, callback)),
    async close() {
      await Promise.all([...subscriptions].map((stop) => stop()));
      requests.close();
    },
  };
}

/** A change whose response is missing may have been made: a user who repeats it would make it twice. */
function rethrowChange(error: unknown): never {
  const { cause } = error as Error;
  if (!isFault(error, 'SERVER_UNREACHABLE') || cause === undefined || isUnsent(cause)) throw error;
  throw new Fault('RESPONSE_MISSING', error.message, { cause });
}

/** The path and the body of the request for an operation. Input that is not in the path goes into the query or the body. */
export function requestOf(
  operation: AnyOperation,
  input: Record<string, unknown>,
): { path: string; body: Record<string, unknown> | undefined } {
  const rest = { ...input };
  let path = operation.path;
  for (const name of pathParameters(operation)) {
    path = path.replace(`:${name}`, encodeURIComponent(String(input[name])));
    delete rest[name];
  }
  if (!usesQuery(operation)) {
    const hasBody = Object.keys(operation.input.shape).length > pathParameters(operation).length;
    return { path, body: hasBody ? rest : undefined };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return { path: query.size > 0 ? `${path}?${query}` : path, body: undefined };
}

function parseJson(text: string, status: number, base: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `${base} returned ${status} without JSON. Check that it is a matre server.`;
    throw new Fault('SERVER_UNREACHABLE', message, { cause: error });
  }
}

function faultOf(json: unknown, status: number, base: string): Fault {
  const { code, detail } = (json ?? {}) as { code?: unknown; detail?: unknown };
  if (typeof code === 'string' && Object.hasOwn(faults, code) && typeof detail === 'string') {
    return new Fault(code as FaultCode, detail);
  }
  return new Fault('SERVER_UNREACHABLE', `${base} returned ${status}. Check that it is a matre server.`);
}
