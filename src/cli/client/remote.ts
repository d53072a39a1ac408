import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { Fault, type FaultCode, faults } from '../../faults/fault.ts';
import { createHttpClient, describeHttpError, type HttpStream } from '../../http/http-client.ts';
import {
  type AnyOperation,
  type Operation,
  pathParameters,
  usesQuery,
} from '../../operations/core/operation.ts';
import type { Caller } from './caller.ts';

/** Some operations replace containers, which takes a while. */
const timeoutMs = 120_000;
const reconnectAfterMs = 1_000;
/** The server sends a comment every 15 s; a connection that is silent for three of them is dead. */
const silentMs = 45_000;
/** More than a JUnit report of 100,000 tests. */
const maxBytes = 256 * 1024 * 1024;

/** Calls a matre server over HTTP. Errors arrive as the Faults they were; no answer is SERVER_UNREACHABLE. */
export function createRemoteCaller(options: {
  url: string;
  token: string | undefined;
  /** A W3C `traceparent`: what is asked belongs there. */
  traceParent: string | undefined;
}): Caller {
  const base = options.url.replace(/\/+$/, '');
  const headers: Record<string, string> = {};
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (options.traceParent !== undefined) headers['traceparent'] = options.traceParent;
  const client = createHttpClient();
  const subscriptions = new Set<() => Promise<void>>();

  const unreachable = (error: unknown) =>
    new Fault('SERVER_UNREACHABLE', `${base} does not answer: ${describeHttpError(error)}.`, {
      cause: error,
    });

  const openEvents = async (signal: AbortSignal): Promise<HttpStream> => {
    const options = { headers, timeoutMs: timeoutMs, idleMs: silentMs, signal };
    const stream = await client.stream(`${base}/api/events`, options).catch((error) => {
      throw unreachable(error);
    });
    if (stream.status === 200) return stream;
    throw faultOf(parseJson(await stream.text(maxBytes), stream.status, base), stream.status, base);
  };

  return {
    url: base,
    async call<Input extends z.ZodObject, Output extends z.ZodType>(
      operation: Operation<Input, Output>,
      input: z.input<Input>,
    ) {
      const { path, body } = address(operation as unknown as AnyOperation, input as Record<string, unknown>);
      const { status, text } = await client
        .request(base + path, {
          method: operation.method,
          headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
          timeoutMs: timeoutMs,
          maxBytes,
          ...(body !== undefined && { body }),
        })
        .catch((error) => {
          throw unreachable(error);
        });
      const answer = parseJson(text, status, base);
      if (status < 200 || status > 299) throw faultOf(answer, status, base);
      const parsed = operation.output.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw new Fault(
        'SERVER_UNREACHABLE',
        `${base} gave an answer that this matre does not understand; is it another version?`,
        { cause: parsed.error },
      );
    },
    async onRunChange(callback) {
      const stop = await subscribe(openEvents, callback);
      subscriptions.add(stop);
      return async () => {
        subscriptions.delete(stop);
        await stop();
      };
    },
    async close() {
      await Promise.all([...subscriptions].map((stop) => stop()));
      client.close();
    },
  };
}

/**
 * Reads the event stream of a server, and opens it again when it breaks. The first time a failure to open it is the caller's to know;
 * later the server may be restarting. Returns the function that closes the stream.
 */
async function subscribe(
  open: (signal: AbortSignal) => Promise<HttpStream>,
  callback: (runId: number | undefined) => void,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const { signal } = stop;
  const first = await open(signal);

  const read = async (stream: HttpStream) => {
    for await (const { event, data } of events(stream.chunks)) {
      if (event === 'run') callback(Number(data));
      else if (event === 'reload') callback(undefined);
    }
  };
  const follow = async () => {
    for (let stream: HttpStream | undefined = first; !signal.aborted; stream = undefined) {
      try {
        await read(stream ?? (await open(signal)));
      } catch {
        // The connection is gone: it is opened again below.
      }
      await pause(reconnectAfterMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const following = follow();
  return async () => {
    stop.abort();
    await following;
  };
}

/** The events of a text/event-stream, as far as ours go: one line of data each. */
export async function* events(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let unread = '';
  for await (const chunk of chunks) {
    unread += decoder.decode(chunk, { stream: true });
    const blocks = unread.split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?/, 2) as [string, string]));
      const event = fields.get('event');
      if (event !== undefined) yield { event, data: fields.get('data') ?? '' };
    }
  }
}

/** Where an operation is asked for, and what is sent along. */
export function address(
  operation: AnyOperation,
  input: Record<string, unknown>,
): { path: string; body: string | undefined } {
  const rest = { ...input };
  let path = operation.path;
  for (const name of pathParameters(operation)) {
    path = path.replace(`:${name}`, encodeURIComponent(String(input[name])));
    delete rest[name];
  }
  if (!usesQuery(operation)) {
    const hasBody = Object.keys(operation.input.shape).length > pathParameters(operation).length;
    return { path, body: hasBody ? JSON.stringify(rest) : undefined };
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
    const fault = `${base} answered ${status} without JSON; is it a matre server?`;
    throw new Fault('SERVER_UNREACHABLE', fault, { cause: error });
  }
}

function faultOf(answer: unknown, status: number, base: string): Fault {
  const { code, detail } = (answer ?? {}) as { code?: unknown; detail?: unknown };
  if (typeof code === 'string' && Object.hasOwn(faults, code) && typeof detail === 'string') {
    return new Fault(code as FaultCode, detail);
  }
  return new Fault('SERVER_UNREACHABLE', `${base} answered ${status}; is it a matre server?`);
}
