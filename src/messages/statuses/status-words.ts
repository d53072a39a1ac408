import type { SubmissionFacts } from '../../model/message-facts.ts';
import { shorten, visible } from '../../model/visible-text.ts';

/** What a status says of a submission: `queued` and `running` until it is finished, then its verdict. */
export type StatusState = 'queued' | 'running' | 'passed' | 'failed' | 'broken' | 'cancelled';

export function statusState({ phase, submission }: SubmissionFacts): StatusState {
  if (phase === 'finished' && submission.verdict !== null) return submission.verdict;
  return phase === 'started' ? 'queued' : 'running';
}

/** The words of a status in one line of at most `max` characters: the headline without the name, which the status has itself. */
export function statusDescription(facts: SubmissionFacts, max: number): string {
  const state = statusState(facts);
  if (state === 'queued') return shorten(`Waits for ${placesOf(facts)}`, max);
  if (state === 'running') return shorten(`Runs on ${placesOf(facts)}`, max);
  const { headline, submission } = facts;
  const start = headline.startsWith(submission.name) ? headline.indexOf(': ', submission.name.length) : -1;
  const words = start === -1 ? headline : headline.slice(start + 2);
  return shorten(visible(state === 'broken' || state === 'cancelled' ? `${state}: ${words}` : words), max);
}

function placesOf({ submission: { environments } }: SubmissionFacts): string {
  const [first = ''] = environments;
  return environments.length === 1 ? first : `${environments.length} environments`;
}
