import type { DigestFacts, DigestSums, TestFigures } from '../../model/message-facts.ts';
import { submissionLink } from '../../model/page-links.ts';
import { type Submission, submissionVerdict } from '../../model/submission.ts';
import type { TestTrend, TrendSums } from '../../store/tables/trends.ts';
import { plural } from './headline.ts';
import { buildSubmissionFacts } from './submission-facts.ts';

const maxSubmissions = 30;
const maxTests = 10;
/** A test that grew by less is not worth a line. */
const minGrowthMs = 5_000;
const minGrowth = 1.2;

/** What the facts of a digest are made of. */
export interface DigestSources {
  period: DigestFacts['period'];
  from: Date;
  to: Date;
  /** The sums of the days, by `2026-11-28`, from the start of the period before. */
  days: ReadonlyMap<string, TrendSums>;
  environments: { code: string; sums: TrendSums }[];
  tests: readonly TestTrend[];
  /** Finished ones of the period, the newest first; one more than are shown means that there are more. */
  submissions: readonly Submission[];
  publicUrl: string | undefined;
}

/** The facts of a digest. Days are those of UTC, as in the trends. */
export function buildDigestFacts(sources: DigestSources): DigestFacts {
  const { period, from, to, days, publicUrl } = sources;
  const first = dayOf(from);
  const own = [...days].filter(([day]) => day >= first).map(([, sums]) => sums);
  const earlier = [...days].filter(([day]) => day < first).map(([, sums]) => sums);
  const totals = digestSums(own);
  const facts: Omit<DigestFacts, 'headline'> = {
    ...{ kind: 'digest', period, from: from.toISOString(), to: to.toISOString() },
    url: publicUrl === undefined ? null : `${publicUrl}/trends?days=${period === 'daily' ? 2 : 14}`,
    totals,
    before: earlier.some(({ runs }) => runs > 0) ? digestSums(earlier) : null,
    environments: sources.environments.map(({ code, sums }) => ({
      environment: code,
      ...digestSums([sums]),
    })),
    submissions: sources.submissions.slice(0, maxSubmissions).map((submission) => ({
      id: submission.id,
      url: publicUrl === undefined ? null : submissionLink(publicUrl, submission.id),
      ...shortFacts(submission, publicUrl),
    })),
    moreSubmissions: Math.max(0, sources.submissions.length - maxSubmissions),
    failing: sources.tests
      .filter(({ failed }) => failed > 0)
      .toSorted((one, other) => other.failed - one.failed || compare(one.test, other.test))
      .slice(0, maxTests)
      .map(viewTest),
    grown: sources.tests.flatMap(grown).toSorted(byGrowth).slice(0, maxTests),
  };
  return { ...facts, headline: digestHeadline(facts) };
}

function digestHeadline({ period, totals, before }: Omit<DigestFacts, 'headline'>): string {
  const title = period === 'daily' ? 'The last day' : 'The last week';
  if (totals.runs === 0) return `${title}: no run finished`;
  const rate = totals.passRate === null ? '' : `, ${percent(totals.passRate)} of the results passed`;
  const change =
    before?.passRate != null &&
    totals.passRate !== null &&
    percent(before.passRate) !== percent(totals.passRate)
      ? ` (${percent(before.passRate)} before)`
      : '';
  return `${title}: ${plural(totals.runs, 'run')}${rate}${change}`;
}

function shortFacts(
  submission: Submission,
  publicUrl: string | undefined,
): Pick<DigestFacts['submissions'][number], 'name' | 'environments' | 'verdict' | 'headline'> {
  const { headline, submission: facts } = buildSubmissionFacts({
    ...{
      submission,
      publicUrl,
      previousVerdict: null,
      usualMs: new Map(),
      failures: [],
      causes: [],
      seen: [],
    },
    ...{
      changes: undefined,
      branch: undefined,
      moduleRepository: undefined,
      runId: undefined,
      now: new Date(0),
    },
  });
  const verdict = submissionVerdict(submission.runs) ?? 'cancelled';
  return { name: facts.name, environments: facts.environments, verdict, headline };
}

function digestSums(all: readonly TrendSums[]): DigestSums {
  const sum = (field: 'runs' | 'passed' | 'failed' | 'broken' | 'flaky' | 'durationMs') =>
    all.reduce((total, each) => total + each[field], 0);
  const [runs, passed, failed] = [sum('runs'), sum('passed'), sum('failed')];
  return {
    ...{ runs, passed, failed, broken: sum('broken'), flaky: sum('flaky') },
    passRate: passed + failed === 0 ? null : passed / (passed + failed),
    durationMs: runs === 0 ? null : Math.round(sum('durationMs') / runs),
  };
}

const viewTest = ({ test, suite, executions, failed }: TestTrend): TestFigures => ({
  ...{ test, suite: suite ?? null, executions, failed },
});

function grown(test: TestTrend): DigestFacts['grown'] {
  const { beforeMs, afterMs } = test;
  if (beforeMs === undefined || afterMs === undefined) return [];
  if (afterMs - beforeMs < minGrowthMs || afterMs < beforeMs * minGrowth) return [];
  return [{ ...viewTest(test), beforeMs: Math.round(beforeMs), afterMs: Math.round(afterMs) }];
}

const byGrowth = (one: DigestFacts['grown'][number], other: DigestFacts['grown'][number]) =>
  other.afterMs - other.beforeMs - (one.afterMs - one.beforeMs) || compare(one.test, other.test);

const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
