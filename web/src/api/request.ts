import type { z } from 'zod';
import { addressOf } from '../base-path.ts';
import { noteOwnRuns } from './own-runs.ts';
import { Problem, unreachable } from './problem.ts';

/** The input and output types of a server operation. Types only: no server code is bundled. */
interface OperationType {
  input: z.ZodType;
  output: z.ZodType;
}
export type OutputOf<Operation extends Pick<OperationType, 'output'>> = z.output<Operation['output']>;
export type InputOf<Operation extends Pick<OperationType, 'input'>> = z.input<Operation['input']>;

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Request {
  /** Fields without a value are omitted. */
  query?: object;
  body?: unknown;
  /** Idempotency key: the server creates the object once per key, however often the request is sent. See `newKey`. */
  key?: string;
  signal?: AbortSignal;
}

// The page has one session, and so one CSRF token, which tells its requests from those of other sites.
let csrfToken: string | undefined;

/** Sets the CSRF token of the session (`session.ts`). */
export function setCsrfToken(token: string | null): void {
  csrfToken = token ?? undefined;
}

/** Sends a request to the API; `path` is without the base path. Rejects with a `Problem`, or with the reason of `signal`. */
export async function callApi<T>(method: Method, path: string, request: Request = {}): Promise<T> {
  const { query, body, key, signal } = request;
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (key !== undefined) headers.set('idempotency-key', key);
  if (csrfToken !== undefined && method !== 'GET') headers.set('x-csrf-token', csrfToken);
  let response: Response;
  try {
    response = await fetch(withQuery(addressOf(path), query), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  const answer = await read<T>(response);
  if (method === 'POST') noteOwnRuns(path, answer);
  return answer;
}

/** `get<typeof listRuns>('/api/runs', { query: { limit: 50 } })` */
export function get<Operation extends OperationType>(
  path: string,
  request?: Pick<Request, 'query' | 'signal'>,
): Promise<OutputOf<Operation>> {
  return callApi('GET', path, request);
}

/** `post<typeof retryRun>('/api/runs/7/retry', { failedOnly: true }, { key })` */
export function post<Operation extends OperationType>(
  path: string,
  body: Partial<InputOf<Operation>> = {},
  request?: Pick<Request, 'key'>,
): Promise<OutputOf<Operation>> {
  return callApi('POST', path, { ...request, body });
}

/** Returns an idempotency key for `Request.key`. Create it when the form opens, not when it is submitted. */
export function newKey(): string {
  // Not randomUUID, which browsers provide on HTTPS and loopback only.
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
