import { z } from 'zod';
import type { Changes } from '../../messages/facts/changes.ts';
import { forges, pagesOfCommit } from '../../model/commit-link.ts';
import { runStates, verdicts } from '../../model/run.ts';
import { summariseSelection } from '../../model/selection.ts';
import { type Submission, type SubmittedRun, submissionVerdict } from '../../model/submission.ts';
import type { RelatedSubmissions } from '../../store/tables/submissions.ts';
import { time } from '../core/fields.ts';
import { countsView, reasonView, selectionView } from '../core/views.ts';
import { commitView } from './matrix-view.ts';

/** Submissions as JSON. */

const submissionCounts = countsView.extend({
  flaky: z
    .number()
    .describe('Tests that failed and then passed in a later attempt; also among the passed ones'),
});

/** Of a submission: the number of tests with the class on at least one environment. Of a run: the number of its tests. */
const classCountsView = z.object({
  new: z.number(),
  known: z.number(),
  fixed: z.number(),
  flaky: z.number(),
  slower: z.number(),
  broken: z.number(),
  other: z
    .number()
    .describe('Failed, neither new nor known: without an earlier outcome there, or after another cause'),
});

const classCounts = classCountsView.nullable().describe('Null until its results are compared');
const milliseconds = z.number().nullable();

export const submissionSummary = z.object({
  id: z.number(),
  name: z.string().nullable().describe('Name of the schedule or saved selection at that time'),
  schedule: z.string().nullable().describe('Name of the schedule that submitted it'),
  saved: z.string().nullable().describe('Name of the saved selection'),
  selection: selectionView,
  summary: z.string().describe('The selection in a few words'),
  requestedBy: z.string(),
  createdAt: time,
  startedAt: time.nullable().describe('Start of its first run'),
  finishedAt: time.nullable(),
  verdict: z
    .enum(verdicts)
    .nullable()
    .describe('The worst of its runs: broken, failed, cancelled, passed; null while one is unfinished'),
  environments: z.array(z.string()).describe('Codes of the environments'),
  counts: submissionCounts,
  classes: classCounts,
  durationMs: milliseconds,
});
export type SubmissionSummary = z.output<typeof submissionSummary>;

const commitLinkView = z.object({
  forge: z.enum(forges).nullable().describe('Null where its address does not show it'),
  project: z.string(),
  sha: z.string(),
  pullRequest: z.number().nullable().describe('Number of the pull or merge request'),
  url: z.string().nullable().describe('Page of the commit'),
  pullRequestUrl: z.string().nullable().describe('Page of the pull or merge request'),
});

export const submissionView = submissionSummary.extend({
  commitLink: commitLinkView
    .nullable()
    .describe('The commit that it was submitted for; null for that of the test module'),
  runs: z.array(
    z.object({
      id: z.number(),
      environment: z.string(),
      state: z.enum(runStates),
      verdict: z.enum(verdicts).nullable(),
      reason: reasonView.nullable(),
      counts: submissionCounts,
      classes: classCounts,
      durationMs: milliseconds,
      usualMs: milliseconds.describe('Usual duration of such a run on this environment'),
      commit: commitView.nullable(),
    }),
  ),
  reference: z
    .object({ id: z.number(), createdAt: time, verdict: z.enum(verdicts).nullable() })
    .nullable()
    .describe('The submission that it is compared with'),
  previous: z.number().nullable().describe('The submission before it, of the same schedule or selection'),
  next: z.number().nullable(),
  commits: z
    .object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      commits: z.array(
        z.object({ id: z.string(), subject: z.string(), author: z.string().optional(), at: time }),
      ),
      more: z.boolean().describe('The oldest commits were left out'),
    })
    .nullable()
    .describe('The commits of the test module since the reference'),
});
export type SubmissionView = z.output<typeof submissionView>;

export function viewSummary(submission: Submission): SubmissionSummary {
  const { id, runs, selection, requestedBy, createdAt } = submission;
  const verdict = submissionVerdict(runs);
  const startedAt = extreme(
    Math.min,
    runs.map((run) => run.startedAt),
  );
  const finishedAt =
    verdict &&
    extreme(
      Math.max,
      runs.map((run) => run.finishedAt),
    );
  return {
    id,
    name: submission.name ?? null,
    schedule: submission.schedule ?? null,
    saved: submission.saved ?? null,
    selection,
    summary: summariseSelection(selection),
    requestedBy,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    verdict: verdict ?? null,
    environments: [...new Set(runs.map(({ environmentCode }) => environmentCode))],
    counts: sum(runs.map(countsOf)),
    classes: submission.classes ?? null,
    durationMs: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
  };
}

export function viewSubmission(
  submission: Submission,
  { reference, previous, next }: RelatedSubmissions,
  { usualMs, commits }: { usualMs: ReadonlyMap<number, number>; commits: Changes | undefined },
): SubmissionView {
  return {
    ...viewSummary(submission),
    commitLink: viewCommitLink(submission.commitLink),
    runs: submission.runs.map((run) => ({
      id: run.id,
      environment: run.environmentCode,
      state: run.state,
      verdict: run.verdict ?? null,
      reason: run.reason ?? null,
      counts: countsOf(run),
      classes: run.classes ?? null,
      durationMs: run.startedAt && run.finishedAt ? run.finishedAt.getTime() - run.startedAt.getTime() : null,
      usualMs: usualMs.get(run.id) ?? null,
      commit: run.commit ?? null,
    })),
    reference: reference ? { ...reference, createdAt: reference.createdAt.toISOString() } : null,
    previous: previous ?? null,
    next: next ?? null,
    commits: commits
      ? { ...commits, commits: commits.commits.map((each) => ({ ...each, at: each.at.toISOString() })) }
      : null,
  };
}

function viewCommitLink(link: Submission['commitLink']): SubmissionView['commitLink'] {
  if (!link) return null;
  const { forge, project, sha, pullRequest } = link;
  const pages = pagesOfCommit(link);
  return {
    forge: forge ?? null,
    project,
    sha,
    pullRequest: pullRequest ?? null,
    url: pages.commit ?? null,
    pullRequestUrl: pages.pullRequest ?? null,
  };
}

const countsOf = ({ counts, flaky }: SubmittedRun) => ({
  ...counts,
  flaky,
});

type Counts = SubmissionSummary['counts'];
const noCounts: Counts = {
  planned: 0,
  passed: 0,
  failed: 0,
  broken: 0,
  skipped: 0,
  flaky: 0,
  quarantined: 0,
};

/** The sum of each field. */
function sum(all: readonly Counts[]): Counts {
  const total = { ...noCounts };
  for (const counts of all)
    for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
  return total;
}

/** The earliest or latest of some times. */
function extreme(
  choose: (...times: number[]) => number,
  times: readonly (Date | undefined)[],
): Date | undefined {
  const instants = times.flatMap((at) => at?.getTime() ?? []);
  return instants.length === 0 ? undefined : new Date(choose(...instants));
}
