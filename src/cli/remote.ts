import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { Fault, type FaultCode, faults, toFault } from '../errors.ts';
import { type AnyOperation, type Operation, pathParameters, usesQuery } from '../operations/operation.ts';
import type { Caller } from './caller.ts';

/** Some operations replace containers, which takes a while. */
const answerWithinMs = 120_000;
const reconnectAfterMs = 1_000;

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

  /** Never follows a redirect: the token is for this server alone. */
  const request = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(base + path, { ...init, redirect: 'error' });
    } catch (error) {
      throw new Fault('SERVER_UNREACHABLE', `${base} does not answer: ${causeOf(error)}.`, { cause: error });
    }
  };

  return {
    url: base,
    async call<Input extends z.ZodObject, Output extends z.ZodType>(
      operation: Operation<Input, Output>,
      input: z.input<Input>,
    ) {
      const { path, body } = address(operation as unknown as AnyOperation, input as Record<string, unknown>);
      const response = await request(path, {
        method: operation.method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(answerWithinMs),
        ...(body !== undefined && { body }),
      });
      const answer = await readJson(response, base);
      if (!response.ok) throw faultOf(answer, response.status, base);
      const parsed = operation.output.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw new Fault(
        'SERVER_UNREACHABLE',
        `${base} gave an answer that this matre does not understand; is it another version?`,
        { cause: parsed.error },
      );
    },
    async onRunChange(callback) {
      const stop = new AbortController();
      const listen = async () => {
        const response = await request('/api/events', { headers, signal: stop.signal });
        if (!response.ok) throw faultOf(await readJson(response, base), response.status, base);
        return response;
      };
      // The first time a failure is the caller's to know; later the server may be restarting, so it is asked again.
      const first = await listen();
      void follow(first, listen, callback, stop.signal);
      return async () => stop.abort();
    },
    async close() {},
  };
}

/** Reads event streams, one after the other, until told to stop. */
async function follow(
  first: Response,
  again: () => Promise<Response>,
  callback: (runId: number | undefined) => void,
  stop: AbortSignal,
): Promise<void> {
  for (let response: Response | undefined = first; !stop.aborted; ) {
    try {
      response ??= await again();
      for await (const { event, data } of events(response)) {
        if (event === 'run') callback(Number(data));
        else if (event === 'reload') callback(undefined);
      }
    } catch {
      // Gone: asked again below.
    }
    response = undefined;
    await pause(reconnectAfterMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** The events of a text/event-stream, as far as ours go: one line of data each. */
export async function* events(response: Response): AsyncGenerator<{ event: string; data: string }> {
  const decoder = new TextDecoder();
  let unread = '';
  for await (const chunk of response.body ?? []) {
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

async function readJson(response: Response, base: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    const fault = `${base} answered ${response.status} without JSON; is it a matre server?`;
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

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return code ?? toFault(cause).message;
}
