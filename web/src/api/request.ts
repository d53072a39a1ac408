import type { z } from 'zod';
import { Problem, unreachable } from './problem.ts';

/** What the type of an operation of the server says that it takes and gives. Only types: nothing of the server is bundled. */
interface OperationType {
  input: z.ZodType;
  output: z.ZodType;
}
export type Answer<Operation extends Pick<OperationType, 'output'>> = z.output<Operation['output']>;
export type Asked<Operation extends Pick<OperationType, 'input'>> = z.input<Operation['input']>;

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Request {
  /** Fields without a value are left out. */
  query?: object;
  body?: unknown;
  /** For what is made: the same key makes it once, however often it is sent. See `newKey`. */
  key?: string;
  signal?: AbortSignal;
}

// The page has one session, and so one word that tells its requests from those of other pages.
let csrf: string | undefined;

/** Told by the session: see `session.ts`. */
export function rememberCsrf(word: string | null): void {
  csrf = word ?? undefined;
}

/** Asks the API. Rejects with a `Problem`, or with the reason of `signal`. */
export async function ask<T>(method: Method, path: string, request: Request = {}): Promise<T> {
  const { query, body, key, signal } = request;
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (key !== undefined) headers.set('idempotency-key', key);
  if (csrf !== undefined && method !== 'GET') headers.set('x-csrf-token', csrf);
  let response: Response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  return read<T>(response);
}

/** `get<typeof listRuns>('/api/runs', { query: { limit: 50 } })` */
export function get<Operation extends OperationType>(
  path: string,
  request?: Pick<Request, 'query' | 'signal'>,
): Promise<Answer<Operation>> {
  return ask('GET', path, request);
}

/** `post<typeof retryRun>('/api/runs/7/retry', { failedOnly: true }, { key })` */
export function post<Operation extends OperationType>(
  path: string,
  body: Partial<Asked<Operation>> = {},
  request?: Pick<Request, 'key'>,
): Promise<Answer<Operation>> {
  return ask('POST', path, { ...request, body });
}

/** A key for `Request.key`. Make it when the form is opened, not when it is sent. */
export function newKey(): string {
  // Not randomUUID, which browsers have on HTTPS and loopback only.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text().catch(() => {
    throw unreachable();
  });
  const type = response.headers.get('content-type') ?? '';
  const json: unknown = /\bjson\b/.test(type) && text !== '' ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Problem(response.status, json);
  return json as T;
}

function withQuery(path: string, query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size > 0 ? `${path}?${search}` : path;
}
