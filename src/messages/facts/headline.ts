import { durationText } from '../../model/duration.ts';
import type { SubmissionFacts } from '../../model/message-facts.ts';
import type { Counts } from '../../model/run.ts';

/**
 * What changed in a submission, in one line: `nightly on preprod-us: 3 new failures, 1 fixed, 12 known (run 471, 1 h 12 min)`. With
 * several environments, their number and that of the submission.
 */
export function submissionHeadline(facts: Omit<SubmissionFacts, 'headline'>): string {
  const { submission, runs } = facts;
  const [environment, ...others] = submission.environments;
  const place = others.length > 0 ? `${submission.environments.length} environments` : environment;
  const [run] = runs;
  const number = runs.length === 1 && run ? `run ${run.id}` : `submission ${submission.id}`;
  const times = submission.durationMs === null ? [] : [durationText(submission.durationMs)];
  const subject = place === undefined ? submission.name : `${submission.name} on ${place}`;
  return `${subject}: ${outcomeText(facts)} (${[number, ...times].join(', ')})`;
}

function outcomeText(facts: Omit<SubmissionFacts, 'headline'>): string {
  const { submission, phase } = facts;
  if (phase !== 'finished') return progressText(facts);
  switch (submission.verdict) {
    case 'broken':
      return brokenText(facts);
    case 'failed':
      return failedText(facts);
    case 'cancelled':
      return cancelledText(submission.counts);
    default:
      return passedText(submission);
  }
}

/** `running, 31 of 50, 2 failed`; of several runs also how many are finished. */
function progressText({ submission, runs }: Omit<SubmissionFacts, 'headline'>): string {
  if (runs.every(({ state }) => state === 'queued')) return 'waiting to start';
  const { counts } = submission;
  const finished = runs.filter(({ state }) => state === 'finished').length;
  return [
    'running',
    counts.planned > 0 && `${recorded(counts)} of ${counts.planned} tests`,
    runs.length > 1 && `${finished} of ${runs.length} runs finished`,
    counts.failed > 0 && `${counts.failed} failed`,
    counts.broken > 0 && `${counts.broken} broken`,
  ]
    .filter(Boolean)
    .join(', ');
}

function failedText({ submission }: Omit<SubmissionFacts, 'headline'>): string {
  const { counts, classes } = submission;
  const { new: fresh = 0, fixed = 0, known = 0, other = 0 } = classes ?? {};
  const parts = [
    fresh > 0 && plural(fresh, 'new failure'),
    fixed > 0 && `${fixed} fixed`,
    known > 0 && (fresh > 0 || fixed > 0 ? `${known} known` : plural(known, 'known failure')),
    fresh === 0 && known === 0 && plural(counts.failed, 'failure'),
    fresh + known > 0 && other > 0 && `${other} other`,
    counts.quarantined > 0 && `${counts.quarantined} in quarantine`,
  ];
  return parts.filter(Boolean).join(', ');
}

function brokenText({ submission, runs }: Omit<SubmissionFacts, 'headline'>): string {
  const { counts, environments } = submission;
  const broken = runs.filter(({ verdict }) => verdict === 'broken');
  const reason = broken.find((run) => run.reason !== null)?.reason;
  const places =
    environments.length > 1
      ? `broken on ${broken.length > 3 ? `${broken.length} of them` : broken.map(({ environment }) => environment).join(', ')}`
      : 'broken';
  const detail = reason
    ? oneLine(reason.message)
    : counts.broken > 0
      ? `${plural(counts.broken, 'test')} without a result that can be trusted`
      : 'not all tests have a result';
  const failed = counts.failed > 0 ? `; ${counts.failed} failed` : '';
  return `${places}: ${withoutStop(detail)}${failed}`;
}

function cancelledText(counts: Counts): string {
  if (counts.planned === 0) return 'cancelled';
  const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
  return `cancelled after ${recorded(counts)} of ${plural(counts.planned, 'test')}${failed}`;
}

function passedText({ counts, classes, previousVerdict }: SubmissionFacts['submission']): string {
  const recovered = previousVerdict === 'failed' || previousVerdict === 'broken';
  const all =
    counts.passed === counts.planned
      ? `all ${plural(counts.planned, 'test')} passed`
      : `${plural(counts.passed, 'test')} passed`;
  const parts = [
    recovered ? `recovered, ${all}` : all,
    counts.skipped > 0 && `${counts.skipped} skipped`,
    (classes?.fixed ?? 0) > 0 && `${classes?.fixed} fixed`,
    counts.quarantined > 0 && `${counts.quarantined} failed in quarantine`,
    (classes?.flaky ?? counts.flaky) > 0 && `${classes?.flaky ?? counts.flaky} flaky`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** `1 new failure`, `3 new failures`. */
export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const recorded = ({ passed, failed, broken, skipped }: Counts) => passed + failed + broken + skipped;

const oneLine = (text: string) => (text.split('\n', 1)[0] ?? '').trimEnd();
const withoutStop = (text: string) => text.replace(/\.$/, '');
