import type { Delivery } from '../../../src/messages/channels/channel.ts';
import { type Markup, renderMessage } from '../../../src/messages/templates/render.ts';
import type { MessageFacts } from '../../../src/model/message-facts.ts';

/** A delivery of facts with the default template of the markup. */
export async function deliveryOf(
  facts: MessageFacts,
  markup: Markup,
  values: Partial<Delivery> = {},
): Promise<Delivery> {
  const purpose = values.purpose ?? 'post';
  const content = await renderMessage({ facts, purpose, markup, source: undefined });
  return { key: crypto.randomUUID(), purpose, content, repeat: false, ...values };
}
