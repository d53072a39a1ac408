import { Webhook } from 'standardwebhooks';
import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';

/** A message that the receiver accepted. */
export interface ReceivedMessage {
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary fields of messages
  payload: any;
  /** Milliseconds since 1970. */
  at: number;
}

export interface WebhookStandIn extends Receiver {
  /** Its address, with a part that is secret. */
  url: string;
  /** The secrets of which one must have signed a message. */
  secrets: string[];
  /** The messages that were accepted, in the order of acceptance; repeats with a known id are accepted and not listed again. */
  messages: ReceivedMessage[];
  /** How many repeats were accepted. */
  repeats: number;
  /** Instead of accepting messages. */
  answer: Answer | undefined;
}

/** The largest message that it accepts. */
const maxBytes = 512 * 1024;

/**
 * A receiver of webhooks that does what docs/messages.md tells receivers: it checks signature and time with the library of Standard Webhooks, and
 * drops repeats. `port`: a free one by default.
 */
export async function startWebhookReceiver(
  options: { port?: number; secret?: string } = {},
): Promise<WebhookStandIn> {
  const path = '/hooks/q7Zk2v-secret-part';
  const ids = new Set<string>();

  function handle({ method, url, headers, body }: ReceivedRequest): Answer {
    if (standIn.answer) return standIn.answer;
    if (url.pathname !== path) return { status: 404, body: 'no such hook' };
    if (method !== 'POST' || !headers['content-type']?.startsWith('application/json'))
      return { status: 400, body: 'not JSON' };
    if (Buffer.byteLength(body) > maxBytes) return { status: 413, body: 'too large' };
    const payload = verify(body, headers as Record<string, string>);
    if (payload === undefined) return { status: 401, body: 'wrong signature or time' };
    const id = String(headers['webhook-id']);
    if (ids.has(id)) standIn.repeats += 1;
    else standIn.messages.push({ id, payload, at: Date.now() });
    ids.add(id);
    return { status: 204, body: '' };
  }

  /** The payload of a message that one of the secrets signed within five minutes. */
  function verify(body: string, headers: Record<string, string>): unknown {
    for (const secret of standIn.secrets) {
      try {
        return new Webhook(secret).verify(body, headers);
      } catch {
        // Another secret may have signed it.
      }
    }
    return undefined;
  }

  const receiver = await startReceiver(handle, options);
  const standIn: WebhookStandIn = Object.assign(receiver, {
    url: `${receiver.origin}${path}`,
    secrets: options.secret === undefined ? [] : [options.secret],
    messages: [],
    repeats: 0,
    answer: undefined,
  });
  return standIn;
}
