import type { SubmissionFacts } from '../../model/message-facts.ts';
import type { MessageRule, Occasion } from '../../model/message-rule.ts';

type Finished = SubmissionFacts['submission'];

/** Why a finished submission is announced, in words; `undefined` when it meets none of the occasions. */
export function occasionOf(
  rule: Pick<MessageRule, 'occasions'>,
  submission: Finished,
  { isAnnounced }: { isAnnounced: boolean },
): string | undefined {
  const has = (occasion: Occasion) => rule.occasions.includes(occasion);
  const { verdict, previousVerdict, classes, counts } = submission;
  if (has('failed') && verdict === 'failed') return 'it failed';
  if (has('broken') && verdict === 'broken') return 'it is broken';
  if (has('recovery') && isRecovery(submission))
    return `it passed, and the one before ${wordOf(previousVerdict)}`;
  if (has('changed') && verdict !== 'cancelled') {
    if (previousVerdict !== null && previousVerdict !== verdict) {
      return `it ${wordOf(verdict)}, and the one before ${wordOf(previousVerdict)}`;
    }
    if ((classes?.new ?? 0) > 0) return 'it has new failures';
    if ((classes?.fixed ?? 0) > 0) return 'failures were fixed';
  }
  if (has('flaky') && flakyTests(submission) > 0) return 'flaky tests were found';
  // Its first failure was announced when it happened, unless the submission ended at once.
  if (has('first-failure') && !isAnnounced && counts.failed - counts.quarantined + counts.broken > 0) {
    return 'it has a first failure';
  }
  return has('always') ? 'every submission is announced' : undefined;
}

/** What a rule waits for, and what the submission did instead: `only failed or broken, this one passed`. */
export function missedOccasion(rule: Pick<MessageRule, 'occasions'>, submission: Finished): string {
  const words = rule.occasions.flatMap((occasion) => occasionWords[occasion] ?? []);
  if (words.length === 0) return 'announces no submissions';
  const { verdict, previousVerdict } = submission;
  const details: string[] = [];
  if (rule.occasions.some((each) => each === 'recovery' || each === 'changed') && verdict !== 'cancelled') {
    if (previousVerdict === null) details.push('there is none before it to compare with');
    else if (previousVerdict === verdict) details.push(`the one before ${wordOf(verdict)}, too`);
  }
  if (rule.occasions.includes('flaky')) details.push('no test is flaky');
  return `only ${words.join(' or ')}, this one ${[wordOf(verdict), ...details].join('; ')}`;
}

function isRecovery({ verdict, previousVerdict }: Finished): boolean {
  return verdict === 'passed' && (previousVerdict === 'failed' || previousVerdict === 'broken');
}

const flakyTests = ({ classes, counts }: Finished) => Math.max(classes?.flaky ?? 0, counts.flaky);

const occasionWords: Partial<Record<Occasion, string>> = {
  failed: 'failed',
  broken: 'broken',
  'first-failure': 'the first failure',
  recovery: 'recovered',
  changed: 'changed',
  flaky: 'with flaky tests',
};

/** `passed`, `is broken`: after a noun. */
function wordOf(verdict: Finished['verdict']): string {
  if (verdict === null) return 'is not finished';
  if (verdict === 'broken') return 'is broken';
  return verdict === 'cancelled' ? 'was cancelled' : verdict;
}
