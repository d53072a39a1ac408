import { randomUUID } from 'node:crypto';
import { createAddressLimits } from '../../../src/http/address-limits.ts';
import type { ChannelKind, Delivery, Json } from '../../../src/messages/channels/channel.ts';
import { createOutgoing } from '../../../src/messages/outgoing/outgoing.ts';
import type { SubmissionFacts } from '../../../src/model/message-facts.ts';
import { quiet } from '../database.ts';

/** A delivery of facts; its headline is theirs. */
export const newDelivery = (facts: SubmissionFacts, changes: Partial<Delivery> = {}): Delivery => ({
  ...{ key: randomUUID(), purpose: 'status', repeat: false },
  content: { headline: facts.headline, body: '', text: facts.headline, facts },
  ...changes,
});

/** Delivers through the client of production, which may reach this machine. `unknown` settings and secrets are parsed as at the door. */
export async function deliverTo<Settings, Secrets>(
  kind: ChannelKind<Settings, Secrets>,
  channel: { settings: unknown; secrets: unknown },
  delivery: Delivery,
): Promise<Json | undefined> {
  const proxy = { http: undefined, https: undefined, exceptions: '' };
  const outgoing = createOutgoing({ limits: createAddressLimits(['127.0.0.0/8']), proxy });
  try {
    const { remote } = await kind.deliver(delivery, {
      settings: kind.settings.parse(channel.settings),
      secrets: kind.secrets.parse(channel.secrets),
      ...{ http: outgoing.http, connect: outgoing.connect, readPicture: async () => undefined },
      signal: new AbortController().signal,
      log: quiet,
    });
    return remote;
  } finally {
    outgoing.close();
  }
}
