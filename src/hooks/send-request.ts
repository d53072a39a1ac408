import type { Writable } from 'node:stream';
import { delay } from '../async/delay.ts';
import { isFault, toFault } from '../faults/fault.ts';
import type { HookRequest, HookWait } from '../model/hook.ts';
import { shorten, visible } from '../model/visible-text.ts';
import type { HookPlace } from './hook-place.ts';
import { encodeJson, fill } from './template.ts';

/** How a hook ended. `stopped`: its waiting was ended, because the worker stops. */
export type HookOutcome = { kind: 'passed' } | { kind: 'failed'; message: string } | { kind: 'stopped' };

/** Answers are read for one field. */
const maxBytes = 256 * 1024;
/** A request while a hook waits; the next one may find the server up again. */
const maxAttemptMs = 30_000;

interface Sending {
  action: HookRequest;
  /** A repeat of the same hook has the same key, by which a server can drop it. */
  key: string;
  limitMs: number;
  output: Writable;
  place: HookPlace;
  /** Whether the waiting may be ended and begun again by another attempt. */
  mayStop: boolean;
}

/**
 * Sends the request of a hook; one that waits repeats it until the answer matches, the field has a value that fails, or the time is over.
 * While it waits, a server that does not answer is no failure: it may be restarted. Rejects with the reason of the abort signal.
 * Errors: HOOK_FAILED for a variable without a value.
 */
export async function sendRequest(sending: Sending): Promise<HookOutcome> {
  const { action, limitMs, place, output } = sending;
  const { wait } = action;
  const startedAt = performance.now();
  for (let sent = 1; ; sent += 1) {
    const leftMs = limitMs - (performance.now() - startedAt);
    const attempt = await sendOnce(sending, wait ? Math.min(leftMs, maxAttemptMs) : leftMs);
    output.write(`${attempt.text}\n`);
    if (attempt.kind === 'matches') return { kind: 'passed' };
    if (!wait || attempt.kind === 'fails') return { kind: 'failed', message: attempt.text };
    const everyMs = wait.everySeconds * 1_000;
    if (performance.now() - startedAt + everyMs >= limitMs) {
      // A trial sends one request.
      const waited = sent === 1 ? '' : `It waited for ${limitMs / 1_000} s in vain. `;
      return { kind: 'failed', message: `${waited}${attempt.text}` };
    }
    if (await pause(everyMs, place, sending.mayStop)) return { kind: 'stopped' };
  }
}

/** Waits; true when the worker stops and the waiting may be ended. */
async function pause(ms: number, { signal, stop }: HookPlace, mayStop: boolean): Promise<boolean> {
  const awaited = mayStop ? stop : undefined;
  // Not by `AbortSignal.any`: `stop` outlives the run and would keep a reference for each pause.
  const end = new AbortController();
  const onEnd = () => end.abort();
  for (const each of [signal, awaited]) each?.addEventListener('abort', onEnd);
  if (signal.aborted || awaited?.aborted) onEnd();
  await delay(ms, end.signal);
  for (const each of [signal, awaited]) each?.removeEventListener('abort', onEnd);
  signal.throwIfAborted();
  return awaited?.aborted ?? false;
}

interface Attempt {
  /** `fails`: repeating it does not help. */
  kind: 'matches' | 'differs' | 'fails';
  /** For the log and the result: the address, and what was answered. */
  text: string;
}

async function sendOnce({ action, key, place }: Sending, timeoutMs: number): Promise<Attempt> {
  const { method, body } = action;
  const { values, signal } = place;
  const url = fill(action.url, values, encodeURIComponent);
  const headers = Object.fromEntries(
    Object.entries(action.headers).map(([name, value]) => [name, fill(value, values)]),
  );
  const isJson = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('json'),
  );
  // Not in the `try` below: a missing value is no missing answer, and waiting does not help.
  const filledBody = body === undefined ? undefined : fill(body, values, isJson ? encodeJson : undefined);
  const target = `${method} ${url.split(/[?#]/)[0]}`;
  const sentAt = performance.now();
  place.assertHeld();
  try {
    const answer = await place.send(url, {
      method,
      headers: { 'user-agent': 'matre', 'idempotency-key': key, ...headers },
      ...(filledBody !== undefined && { body: filledBody }),
      timeoutMs: Math.max(1, timeoutMs),
      maxBytes,
      signal,
    });
    const ms = Math.round(performance.now() - sentAt);
    const isExpected =
      action.statuses?.includes(answer.status) ?? (answer.status >= 200 && answer.status < 300);
    const { kind, detail } = judgeField(action.wait, isExpected, answer.text);
    return { kind, text: `${target} answered ${answer.status} in ${ms} ms${detail}.` };
  } catch (error) {
    signal.throwIfAborted();
    const kind = isFault(error, 'HOOK_FAILED') ? 'fails' : 'differs';
    return { kind, text: `${target} got no answer: ${toFault(error).message}` };
  }
}

function judgeField(
  wait: HookWait | undefined,
  isExpected: boolean,
  text: string,
): { kind: Attempt['kind']; detail: string } {
  if (wait?.field === undefined) return { kind: isExpected ? 'matches' : 'differs', detail: '' };
  const value = fieldOf(text, wait.field);
  const shown = value === undefined ? 'is missing' : `is ${JSON.stringify(shorten(visible(value), 100))}`;
  const detail = `, and ${wait.field} ${shown}`;
  if (value !== undefined && wait.failedValues.includes(value)) return { kind: 'fails', detail };
  const isMatch = isExpected && value !== undefined && wait.values.includes(value);
  return { kind: isMatch ? 'matches' : 'differs', detail };
}

/** The field of a JSON text at a path such as `items.0.state`, as text; `undefined` when there is none, or it is no single value. */
export function fieldOf(text: string, path: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'object' ? undefined : String(value);
}
