import { z } from 'zod';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { basicAuthorization, splitBaseUrl } from '../../model/address/base-url.ts';
import type { Layout } from './layout.ts';
import { scripts } from './scripts.ts';

export interface FetchRequest {
  /** May have credentials; one request for each address. */
  url: string;
  seconds: number;
  /** What to post; a GET without it. */
  json?: unknown;
  /** A token that is sent instead of the credentials. */
  bearer?: string;
}

export interface FetchResult {
  ms: number;
  /** The HTTP status; `undefined` when there was no answer. */
  status: number | undefined;
  /** The beginning of the answer. */
  body: string;
  /** Why there was no answer. */
  error: string | undefined;
  /** When the TLS certificate of the address ends; `undefined` without one. */
  certificateEnd: Date | undefined;
}

const line = z.object({
  url: z.string(),
  ms: z.number(),
  status: z.number().optional(),
  body: z.string().default(''),
  error: z.string().optional(),
  /** In seconds since 1970, up to the year 9999. */
  certificateEnd: z.int().min(0).max(253_402_300_799).optional(),
});

/** `default_socket_timeout` limits what the script cannot: the name lookup. */
const options = ['-d', 'display_errors=0', '-d', 'allow_url_fopen=1', '-d', 'default_socket_timeout=20'];

/**
 * Requests addresses from inside a container, as its tests will: only there names, hosts and network are those of the tests.
 * Returns the results by address, without those that PHP could not request. The credentials of an address are not part of the key;
 * they, tokens and what is posted go through the standard input, since arguments are visible to all. Errors: CONTAINER_VANISHED, OUT_OF_MEMORY.
 */
export async function fetchInside(
  { engine, containerId, layout, php }: { engine: Engine; containerId: string; layout: Layout; php: string },
  requests: readonly FetchRequest[],
): Promise<Map<string, FetchResult>> {
  const targets = requests.map(({ url, ...request }) => ({ ...splitBaseUrl(url), ...request }));
  const argv = [php, ...options, scripts.fetch, ...targets.map(({ url, seconds }) => `${seconds} ${url}`)];
  const details = targets.map(({ url, credentials, json, bearer }) => [
    url,
    {
      ...(credentials !== undefined && { authorization: basicAuthorization(credentials) }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(json !== undefined && { json: JSON.stringify(json) }),
    },
  ]);
  const input = JSON.stringify(Object.fromEntries(details));
  const { stdout } = await capture(engine, containerId, argv, { cwd: layout.root, input });
  const results = new Map<string, FetchResult>();
  for (const text of stdout.split('\n').filter((each) => each.startsWith('{'))) {
    const parsed = line.safeParse(parseJson(text));
    if (!parsed.success) continue;
    const { url, ms, status, body, error, certificateEnd } = parsed.data;
    results.set(url, {
      ms,
      body,
      status: status || undefined,
      error,
      certificateEnd: certificateEnd === undefined ? undefined : new Date(certificateEnd * 1000),
    });
  }
  return results;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
