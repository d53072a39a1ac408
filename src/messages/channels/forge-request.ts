import { z } from 'zod';
import type { FaultCode } from '../../faults/fault.ts';
import { maxRetryAfterMs, parseRetryAfter } from '../outgoing/retry-after.ts';
import { DeliveryFault, type OutgoingHttp } from './channel.ts';
import { parseJson } from './parse-json.ts';
import { answerText, strangeAnswer } from './refusals.ts';

/** A page of 50 comments; one has up to 65,536 characters on GitHub, and is mostly much shorter. */
const maxBytes = 16 * 1024 * 1024;
const timeoutMs = 20_000;

/** Requests to the JSON API of a forge. */
export interface ForgeApi {
  /** The answer of a request with a status below 300. Throws the DeliveryFault of any other status that `expected` does not name. */
  call(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, options?: CallOptions): Promise<ForgeAnswer>;
}

interface CallOptions {
  body?: object;
  /** Statuses that are answers, too. */
  expected?: readonly number[];
}

export interface ForgeAnswer {
  status: number;
  headers: Record<string, string>;
  json: unknown;
  /** The fields of the JSON. Throws a DeliveryFault when it does not have them. */
  read<Fields>(fields: z.ZodType<Fields>): Fields;
}

export function createForgeApi(options: {
  /** `GitHub`, `GitLab` */
  title: string;
  apiUrl: string;
  headers: Record<string, string>;
  /** Not shown, even if the forge repeats them. */
  secrets: readonly string[];
  http: OutgoingHttp;
  signal: AbortSignal;
  /** The fault of a refused request; `reason` is what the forge answered, in a line. */
  faultOf(answer: ForgeAnswer, reason: string): DeliveryFault;
}): ForgeApi {
  const { title, apiUrl, headers, secrets, http, signal, faultOf } = options;
  return {
    async call(method, path, { body, expected = [] } = {}) {
      const response = await http.request(`${apiUrl}${path}`, {
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        ...{ maxBytes, timeoutMs, signal },
      });
      const json = parseJson(response.text);
      const read = <Fields>(fields: z.ZodType<Fields>): Fields => {
        const parsed = fields.safeParse(json);
        if (parsed.success) return parsed.data;
        throw strangeAnswer(`the API of ${title}`, response, { secrets });
      };
      const answer: ForgeAnswer = { status: response.status, headers: response.headers, json, read };
      const { status } = answer;
      if (status >= 200 && status < 300) read(z.unknown().refine((value) => value !== undefined));
      if ((status >= 200 && status < 300) || expected.includes(status)) return answer;
      if (status >= 500) {
        throw new DeliveryFault('CHANNEL_UNREACHABLE', `${title} answered with status ${status}.`, {
          permanent: false,
          retryAfterMs: retryAfterMs(answer, Date.now()),
        });
      }
      throw faultOf(answer, `${status} ${answerText(reasonOf(json) ?? response.text, secrets)}`);
    },
  };
}

const errorBody = z.object({ message: z.unknown(), error: z.unknown(), errors: z.unknown() }).partial();

/** The message of an error; `undefined` for a body of another form. */
function reasonOf(json: unknown): string | undefined {
  const { message, error, errors } = errorBody.safeParse(json).data ?? {};
  const parts = [message ?? error, errors]
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
  return parts.length > 0 ? parts.join(': ') : undefined;
}

/** The fault of a request that any forge refuses with this status; `undefined` where the forges differ. */
export function refusalOfForge(title: string, status: number, reason: string): DeliveryFault | undefined {
  const refuse = (code: FaultCode, message: string) =>
    new DeliveryFault(code, `${message}: ${reason}`, { permanent: true });
  if (status === 401) return refuse('CHANNEL_SIGN_IN_REFUSED', `${title} refuses the token`);
  if (status === 403)
    return refuse('CHANNEL_SIGN_IN_REFUSED', 'The token lacks a right (docs/statuses.md lists them)');
  if (status === 404)
    return refuse('CHANNEL_TARGET_UNKNOWN', `${title} does not find it, or the token may not see it`);
  return undefined;
}

/** How long a forge asks to wait, at most an hour: `Retry-After`, or the end of its rate limit. Milliseconds; `undefined` when it does not say. */
export function retryAfterMs({ headers }: Pick<ForgeAnswer, 'headers'>, now: number): number | undefined {
  const wait = parseRetryAfter(headers['retry-after'], now);
  if (wait !== undefined) return wait;
  const remaining = headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining'];
  const reset = headers['x-ratelimit-reset'] ?? headers['ratelimit-reset'];
  if (remaining !== '0' || reset === undefined || !/^\d{1,12}$/.test(reset)) return undefined;
  // The clock of the forge may be some seconds away.
  return Math.min(Math.max(0, Number(reset) * 1_000 - now) + 1_000, maxRetryAfterMs);
}

/** What a delivery on a forge answers, and gets back as `thread` with the next one for the same name and commit. */
export const forgeRemote = z.object({
  /** Whose state was shown last. */
  submission: z.number(),
  /** The number of the check run, or of the comment. */
  id: z.number().optional(),
  /** GitLab: the pipeline that the status belongs to. */
  pipeline: z.number().optional(),
});
export type ForgeRemote = z.output<typeof forgeRemote>;

/** How many comments of a pull request are searched for the one of matre: `maxPages` pages of `pageSize`. */
export const pageSize = 50;
const maxPages = 100;

/** The first entry that matches, of pages that are read one after the other until one is not full. */
export async function findInPages<Entry>(
  readPage: (page: number) => Promise<Entry[]>,
  matches: (entry: Entry) => boolean,
): Promise<Entry | undefined> {
  for (let page = 1; page <= maxPages; page += 1) {
    const entries = await readPage(page);
    const match = entries.find(matches);
    if (match !== undefined || entries.length < pageSize) return match;
  }
  return undefined;
}
