import { z } from 'zod';
import type { FaultCode } from '../../faults/fault.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import { parseRetryAfter } from '../outgoing/retry-after.ts';
import { DeliveryFault, type OutgoingResponse } from './channel.ts';
import { parseJson } from './parse-json.ts';

/** What services answer is shown to users: longer texts are cut there. */
const maxAnswer = 300;

/** A text of a service on one line, bounded, and without the given secrets, which a service may repeat. */
export function answerText(text: string, secrets: readonly string[] = []): string {
  const hidden = secrets
    .filter((secret) => secret !== '')
    .reduce((result, secret) => result.replaceAll(secret, '[hidden]'), text.slice(0, 10_000));
  return shorten(visible(hidden.trim()), maxAnswer);
}

interface Refusal {
  code: FaultCode;
  permanent: boolean;
  /** What the service did: `Slack refuses the token`. */
  words: string;
}

function refusalOfStatus(status: number): Refusal {
  if (status === 429) return { code: 'CHANNEL_BUSY', permanent: false, words: 'asks to wait' };
  if (status === 408 || status >= 500)
    return { code: 'CHANNEL_UNREACHABLE', permanent: false, words: 'has a fault of its own' };
  if (status === 401 || status === 403)
    return { code: 'CHANNEL_SIGN_IN_REFUSED', permanent: true, words: 'refuses the token or address' };
  if (status === 404 || status === 410)
    return { code: 'CHANNEL_TARGET_UNKNOWN', permanent: true, words: 'has no such place' };
  if (status >= 300 && status < 400)
    return { code: 'CHANNEL_TARGET_UNKNOWN', permanent: true, words: 'redirects, which is not followed' };
  return { code: 'MESSAGE_REFUSED', permanent: true, words: 'refuses the message' };
}

/** The fault for a response that accepts no message, by its HTTP status. `secrets` are not shown when the service repeats them. */
export function refusalOf(
  service: string,
  response: OutgoingResponse,
  { secrets }: { secrets: readonly string[] },
): DeliveryFault {
  const { code, permanent, words } = refusalOfStatus(response.status);
  const answer = answerText(errorText(response.text), secrets);
  return new DeliveryFault(
    code,
    `${service} ${words} (HTTP ${response.status}${answer === '' ? '' : `: ${answer}`}).`,
    { permanent, gone: response.status === 410, retryAfterMs: retryAfterOf(response) },
  );
}

const errorSchema = z.union([
  // Of Google, and of workflows of Microsoft.
  z
    .looseObject({ error: z.looseObject({ status: z.string().optional(), message: z.string() }) })
    .transform(({ error: { status, message, code } }) => `${status ?? String(code ?? '')}: ${message}`),
  // Of Mattermost.
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
]);

/** The error in an answer in JSON; any other answer unchanged. */
const errorText = (text: string): string => errorSchema.safeParse(parseJson(text)).data ?? text;

/** How long the service asks to wait, in milliseconds; `undefined` when it does not say. */
export function retryAfterOf({ headers }: OutgoingResponse): number | undefined {
  return parseRetryAfter(headers['retry-after']);
}

/**
 * The fault for a response of success that is not one of the service: a proxy or a portal that asks to sign in answers so. The message
 * did not arrive.
 */
export function strangeAnswer(
  service: string,
  response: OutgoingResponse,
  { secrets }: { secrets: readonly string[] },
): DeliveryFault {
  const answer = answerText(response.text, secrets);
  return new DeliveryFault(
    'CHANNEL_UNREACHABLE',
    `The address does not answer as ${service} does: ${answer}`,
    {
      permanent: false,
    },
  );
}
