import type { MessageFacts } from '../../model/message-facts.ts';
import type { TemplateOutcome } from '../../model/template-outcome.ts';

/** Which template a message of these facts has. A `reply` has the failures of the run. */
export function outcomeOf(facts: MessageFacts, purpose: string): TemplateOutcome {
  if (facts.kind === 'digest') return 'digest';
  if (facts.kind === 'alert') return facts.phase === 'started' ? 'alert-started' : 'alert-ended';
  if (facts.kind === 'reservation') return `reservation-${facts.phase}`;
  if (purpose === 'reply') return 'failures';
  const { verdict, previousVerdict } = facts.submission;
  if (facts.phase !== 'finished' || verdict === null) return 'running';
  if (verdict === 'passed' && (previousVerdict === 'failed' || previousVerdict === 'broken'))
    return 'recovered';
  return verdict;
}
