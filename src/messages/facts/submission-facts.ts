import { commitLinkOf } from '../../model/commit-link.ts';
import { comparedPairs, headlineOf } from '../../model/failure-headline.ts';
import type { FailureFacts, RunFacts, SubmissionFacts } from '../../model/message-facts.ts';
import { runLink, submissionLink, testLink } from '../../model/page-links.ts';
import type { Counts } from '../../model/run.ts';
import { summariseSelection } from '../../model/selection.ts';
import { innermostPlace } from '../../model/source-link/innermost-place.ts';
import { type Submission, type SubmittedRun, submissionVerdict } from '../../model/submission.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import type { SeenCause } from '../../store/tables/matrix.ts';
import type { SubmissionCause, SubmissionFailure } from '../../store/tables/message-facts.ts';
import type { Changes } from './changes.ts';
import { submissionHeadline } from './headline.ts';

/** Lists of facts are not longer. */
export const factLimits = { failures: 60, causes: 10, commits: 20, environments: 200, values: 5 };
/** Characters of a message of a failure or a reason, and of a name. */
const maxMessage = 500;
const maxName = 300;

/** What the facts of a submission are made of. */
export interface SubmissionSources {
  submission: Submission;
  previousVerdict: SubmissionFacts['submission']['previousVerdict'];
  usualMs: ReadonlyMap<number, number>;
  failures: readonly SubmissionFailure[];
  causes: readonly SubmissionCause[];
  seen: readonly SeenCause[];
  changes: Changes | undefined;
  branch: string | undefined;
  /** The address of the repository of the test module. */
  moduleRepository: string | undefined;
  /** Of the server; without it there are no links. */
  publicUrl: string | undefined;
  /** The run that a notice is about. */
  runId: number | undefined;
  now: Date;
}

/** The facts of a submission. Every list and text is bounded. */
export function buildSubmissionFacts(sources: SubmissionSources): SubmissionFacts {
  const { submission, usualMs, changes, branch, publicUrl, runId, now } = sources;
  const runs = submission.runs.slice(0, factLimits.environments);
  const verdict = submissionVerdict(submission.runs) ?? null;
  const started = submission.runs.flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  const finished = submission.runs.flatMap(({ finishedAt }) => finishedAt?.getTime() ?? []);
  const endedAt = verdict === null ? undefined : new Date(Math.max(...finished));
  const startedAt = started.length > 0 ? Math.min(...started) : undefined;
  const usual = submission.runs.flatMap(({ id }) => usualMs.get(id) ?? []);
  const commit = submission.runs.find((run) => run.commit !== undefined)?.commit;
  const facts: Omit<SubmissionFacts, 'headline'> = {
    kind: 'submission',
    phase: verdict !== null ? 'finished' : startedAt === undefined ? 'started' : 'running',
    submission: {
      id: submission.id,
      url: publicUrl === undefined ? null : submissionLink(publicUrl, submission.id),
      name: line(submission.name ?? summariseSelection(submission.selection), maxName),
      schedule: submission.schedule ?? null,
      saved: submission.saved ?? null,
      verdict,
      requestedBy: line(submission.requestedBy, maxName),
      createdAt: submission.createdAt.toISOString(),
      finishedAt: endedAt?.toISOString() ?? null,
      durationMs: startedAt === undefined ? null : Math.max(0, Number(endedAt ?? now) - startedAt),
      usualMs: usual.length > 0 ? Math.max(...usual) : null,
      environments: [...new Set(runs.map(({ environmentCode }) => environmentCode))],
      counts: sumCounts(submission.runs),
      classes: submission.classes ?? null,
      previousVerdict: sources.previousVerdict,
      branch: branch ?? null,
      commit: commit ? { id: commit.id, subject: line(commit.subject, maxName) } : null,
      commitLink:
        commitLinkOf({
          link: submission.commitLink,
          commits: submission.runs.flatMap((run) => run.commit?.id ?? []),
          moduleRepository: sources.moduleRepository,
        }) ?? null,
      commits: (changes?.commits ?? []).slice(0, factLimits.commits).map(({ id, subject, author }) => ({
        ...{ id, subject: line(subject, maxName), author: author ? line(author, maxName) : null },
      })),
    },
    runs: runs.map((run) => runFacts(run, sources)),
    causes: causeFacts(sources),
    firstFailure: firstFailure(sources),
    run: runId ?? null,
  };
  return { ...facts, headline: submissionHeadline(facts) };
}

function runFacts(run: SubmittedRun, { failures, publicUrl }: SubmissionSources): RunFacts {
  const own = failures.filter(({ runId }) => runId === run.id);
  return {
    id: run.id,
    environment: run.environmentCode,
    url: publicUrl === undefined ? null : runLink(publicUrl, run.id),
    state: run.state,
    verdict: run.verdict ?? null,
    reason: run.reason ? { code: run.reason.code, message: line(run.reason.message, maxMessage) } : null,
    counts: countsOf(run),
    classes: run.classes ?? null,
    durationMs: run.startedAt && run.finishedAt ? Number(run.finishedAt) - Number(run.startedAt) : null,
    failures: own.map((failure) => ({
      ...failureFacts(failure, publicUrl),
      place: placeFacts(failure, run),
    })),
    moreFailures: Math.max(0, (own[0]?.ofRun ?? run.counts.failed + run.counts.broken) - own.length),
  };
}

function failureFacts(failure: SubmissionFailure, publicUrl: string | undefined): FailureFacts {
  const { test, suite, classes, quarantined, message, runId } = failure;
  const named = { test, suite: suite || null };
  const className = (['new', 'flaky', 'known'] as const).find((each) => classes.includes(each));
  return {
    ...named,
    className: className ?? null,
    quarantined,
    message: line(headlineOf(message), maxMessage),
    url: publicUrl === undefined ? null : testLink(publicUrl, runId, named),
  };
}

function placeFacts({ place }: SubmissionFailure, { modules }: SubmittedRun): FailureFacts['place'] {
  if (place === undefined) return null;
  const { line, module } = innermostPlace(place, modules ?? []);
  return module ? { path: module.path, line, commit: module.commit } : null;
}

function causeFacts({ causes, seen }: SubmissionSources): SubmissionFacts['causes'] {
  const byCause = new Map(seen.map((each) => [each.cause, each]));
  return causes.map(({ cause, tests, environments }) => {
    const { messages = [], first } = byCause.get(cause) ?? {};
    return {
      ...{ cause, tests, environments: environments.slice(0, factLimits.environments) },
      message: line(headlineOf(messages[0] ?? ''), maxMessage),
      values: comparedPairs(messages, factLimits.values).map((pair) => line(pair, maxMessage)),
      since: first?.submissionId ?? null,
    };
  });
}

/** The earliest of the new failures, else of all that are not in quarantine. */
function firstFailure(sources: SubmissionSources): SubmissionFacts['firstFailure'] {
  const { failures, submission, publicUrl } = sources;
  const candidates = failures.filter(({ quarantined }) => !quarantined);
  const fresh = candidates.filter(({ classes }) => classes.includes('new'));
  const [first] = (fresh.length > 0 ? fresh : candidates).toSorted(
    (one, other) => Number(one.recordedAt) - Number(other.recordedAt),
  );
  if (!first) return null;
  const picture = first.attachments.find(({ kind }) => kind === 'screenshot');
  return {
    ...failureFacts(first, publicUrl),
    environment: submission.runs.find(({ id }) => id === first.runId)?.environmentCode ?? '',
    screenshot: picture ? { runId: first.runId, path: picture.path } : null,
  };
}

/** One line, without characters that could rearrange it. */
const line = (text: string, max: number) => shorten(visible(shorten(text, max)), max);

const countsOf = ({ counts, flaky }: SubmittedRun): Counts => ({ ...counts, flaky });

function sumCounts(runs: readonly SubmittedRun[]): Counts {
  const sum = { planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 };
  for (const counts of runs.map(countsOf)) {
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  }
  return sum;
}
