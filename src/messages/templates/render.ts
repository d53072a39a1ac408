import type { MessageFacts } from '../../model/message-facts.ts';

/** How a channel writes emphasis and links. */
export type Markup = 'mrkdwn' | 'markdown' | 'chat' | 'html' | 'json';

/** The words of a message. `headline` and `body` are in the markup of the channel, already escaped; `text` is plain. */
export interface RenderedMessage {
  headline: string;
  body: string;
  text: string;
  facts: MessageFacts;
  /** Why the template of the installation could not be used, so that the default one was. */
  templateProblem?: string;
}

/**
 * The words of a message by a template, or by the default one when there is none or when it fails. `source`: the stored template of
 * `outcomeOf(facts, purpose)` and the kind of the channel.
 */
export async function renderMessage(_input: {
  facts: MessageFacts;
  purpose: string;
  markup: Markup;
  source: string | undefined;
}): Promise<RenderedMessage> {
  const { facts } = _input;
  return { headline: facts.headline, body: '', text: facts.headline, facts };
}
