import type { MessageFacts } from '../../model/message-facts.ts';

/** How a channel writes emphasis and links. */
export type Markup = 'mrkdwn' | 'markdown' | 'chat' | 'html' | 'json';

/** The outcomes that have a template of their own. */
export const templateOutcomes = [
  'running',
  'passed',
  'failed',
  'broken',
  'recovered',
  'cancelled',
  'failures',
  'alert-started',
  'alert-ended',
  'digest',
] as const;
export type TemplateOutcome = (typeof templateOutcomes)[number];

/** The words of a message. `headline` and `body` are in the markup of the channel, already escaped; `text` is plain. */
export interface RenderedMessage {
  headline: string;
  body: string;
  text: string;
  facts: MessageFacts;
  /** Why the template of the installation could not be used, so that the default one was. */
  templateProblem?: string;
}

/** Which template a message of these facts has. A `reply` has the failures of the run. */
export function outcomeOf(facts: MessageFacts, purpose: string): TemplateOutcome {
  if (facts.kind === 'digest') return 'digest';
  if (facts.kind === 'alert') return facts.phase === 'started' ? 'alert-started' : 'alert-ended';
  if (purpose === 'reply') return 'failures';
  const { verdict, previousVerdict } = facts.submission;
  if (facts.phase !== 'finished' || verdict === null) return 'running';
  if (verdict === 'passed' && (previousVerdict === 'failed' || previousVerdict === 'broken'))
    return 'recovered';
  return verdict;
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
