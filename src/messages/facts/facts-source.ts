import { z } from 'zod';
import { isFault } from '../../faults/fault.ts';
import { dayMs } from '../../model/duration.ts';
import type {
  AlertFacts,
  DigestFacts,
  MessageFacts,
  ReservationFacts,
  SubmissionFacts,
} from '../../model/message-facts.ts';
import { digestPeriods } from '../../model/message-rule.ts';
import type { SubmittedRun } from '../../model/submission.ts';
import type { Alerts } from '../../store/tables/alerts.ts';
import type { Environments } from '../../store/tables/environments.ts';
import type { Matrix } from '../../store/tables/matrix.ts';
import type { MessageFactsTable } from '../../store/tables/message-facts.ts';
import type { Reservations } from '../../store/tables/reservations.ts';
import type { Submissions } from '../../store/tables/submissions.ts';
import type { Trends } from '../../store/tables/trends.ts';
import { type CommitSources, readChanges } from './changes.ts';
import { buildDigestFacts } from './digest-facts.ts';
import { reservationFacts } from './reservation-facts.ts';
import { buildSubmissionFacts, factLimits } from './submission-facts.ts';

export interface FactsDependencies {
  submissions: Pick<Submissions, 'get' | 'related' | 'usualDurations' | 'list'>;
  matrix: Pick<Matrix, 'causes'>;
  messageFacts: MessageFactsTable;
  trends: Pick<Trends, 'byDay' | 'byEnvironment' | 'tests'>;
  environments: Pick<Environments, 'list'>;
  alerts: Pick<Alerts, 'find'>;
  reservations: Pick<Reservations, 'get'>;
  commitRange: CommitSources['commitRange'];
  /** The branch of the test module. */
  branch: string | undefined;
  /** The address of the repository of the test module. */
  moduleRepository: string | undefined;
  publicUrl: string | undefined;
}

/** What a notice or message is about. */
export interface FactsSubject {
  submissionId?: number | undefined;
  runId?: number | undefined;
  alertId?: number | undefined;
  /** Of the notice. */
  kind?: string | undefined;
  /** Of a digest: its period and times. Of a reservation: its id. */
  details?: unknown;
}

/** What the notice of a digest has as details. */
export const digestDetails = z.object({
  ruleId: z.number(),
  period: z.enum(digestPeriods),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
});
export type DigestDetails = z.output<typeof digestDetails>;

/** What the notices of reservations have as details. */
const reservationDetails = z.object({ reservationId: z.number() });

export type FactsSource = ReturnType<typeof createFactsSource>;

/** Reads the facts of messages as they are now. */
export function createFactsSource(deps: FactsDependencies) {
  return {
    /** The facts; `undefined` when what they are about was removed. */
    async read(subject: FactsSubject): Promise<MessageFacts | undefined> {
      if (subject.submissionId !== undefined) {
        try {
          return await readSubmissionFacts(deps, subject.submissionId, subject.runId);
        } catch (error) {
          if (isFault(error, 'SUBMISSION_UNKNOWN')) return undefined;
          throw error;
        }
      }
      if (subject.alertId !== undefined) return readAlertFacts(deps, subject.alertId, subject.kind);
      const reservation = reservationDetails.safeParse(subject.details);
      if (reservation.success)
        return readReservationFacts(deps, reservation.data.reservationId, subject.kind);
      const details = digestDetails.safeParse(subject.details);
      return details.success ? readDigestFacts(deps, details.data) : undefined;
    },
  };
}

/** The repository and the branch or ref of the first test module; before a run has started, those of the settings. */
function testedSource(
  { branch, moduleRepository }: Pick<FactsDependencies, 'branch' | 'moduleRepository'>,
  runs: readonly Pick<SubmittedRun, 'ref' | 'modules'>[],
): Pick<FactsDependencies, 'branch' | 'moduleRepository'> {
  const ref = runs.find((run) => run.ref !== undefined)?.ref;
  const [module] = runs.find(({ modules }) => modules !== undefined)?.modules ?? [];
  if (module === undefined) return { branch: ref ?? branch, moduleRepository };
  return { branch: ref ?? module.branch, moduleRepository: module.repository };
}

/** Errors: SUBMISSION_UNKNOWN. */
async function readSubmissionFacts(
  deps: FactsDependencies,
  id: number,
  runId: number | undefined,
): Promise<SubmissionFacts> {
  const { submissions, matrix, messageFacts, publicUrl } = deps;
  const submission = await submissions.get(id);
  const { branch, moduleRepository } = testedSource(deps, submission.runs);
  const runIds = submission.runs.map((run) => run.id);
  const failed = submission.runs.some(({ counts }) => counts.failed + counts.broken > 0);
  const [{ reference }, usualMs, failures, causes] = await Promise.all([
    submissions.related(id),
    submissions.usualDurations(runIds),
    failed ? messageFacts.failures(runIds, factLimits.failures) : [],
    failed ? messageFacts.causes(runIds, factLimits.causes) : [],
  ]);
  const [seen, changes] = await Promise.all([
    matrix.causes(
      causes.map(({ cause }) => cause),
      causes.map(({ cause, example }) => ({ ...example, cause })),
    ),
    reference && readChanges(deps, reference.id, submission),
  ]);
  return buildSubmissionFacts({
    ...{ submission, usualMs, failures, causes, seen, changes, branch, moduleRepository, publicUrl, runId },
    ...{ previousVerdict: reference?.verdict ?? null, now: new Date() },
  });
}

async function readAlertFacts(
  { alerts, publicUrl }: FactsDependencies,
  id: number,
  kind: string | undefined,
): Promise<AlertFacts | undefined> {
  const alert = await alerts.find(id);
  if (!alert) return undefined;
  const { startedAt, endedAt, page, endReason, ...words } = alert;
  const hasEnded = kind === undefined ? endedAt !== undefined : kind === 'alert-ended';
  const times = { startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
  return {
    ...{ kind: 'alert', phase: hasEnded ? 'ended' : 'started' },
    headline: `${hasEnded ? 'Over: ' : ''}${words.subject}: ${words.message}`,
    alert: {
      ...{ id, kind: words.kind, subject: words.subject, message: words.message, action: words.action },
      endReason: endReason ?? null,
      ...times,
      url: publicUrl === undefined ? null : `${publicUrl}${page}`,
    },
  };
}

/** The facts; `undefined` when the reservation is gone, or has ended meanwhile, so that its begin or near end is no news. */
async function readReservationFacts(
  { reservations, publicUrl }: FactsDependencies,
  id: number,
  kind: string | undefined,
): Promise<ReservationFacts | undefined> {
  const reservation = await reservations.get(id).catch((error: unknown) => {
    if (isFault(error, 'RESERVATION_UNKNOWN')) return undefined;
    throw error;
  });
  if (reservation === undefined) return undefined;
  const { environment, owner, reason, state, begunAt, endsAt, endReason } = reservation;
  const phase =
    kind === 'reservation-cancelled' ? 'cancelled' : kind === 'reservation-near-end' ? 'near-end' : 'started';
  if (phase !== 'cancelled' && state !== 'active') return undefined;
  return reservationFacts(phase, {
    ...{ id, environment, owner, reason, endReason: endReason ?? null },
    ...{ begunAt: begunAt?.toISOString() ?? null, endsAt: endsAt?.toISOString() ?? null },
    url: publicUrl === undefined ? null : `${publicUrl}/environments/${environment}`,
  });
}

/** One more than a digest shows, so that it can say that there are more. */
const listedSubmissions = 200;

async function readDigestFacts(deps: FactsDependencies, details: DigestDetails): Promise<DigestFacts> {
  const { trends, environments, submissions, publicUrl } = deps;
  const [from, to] = [new Date(details.from), new Date(details.to)];
  const lengthMs = details.period === 'daily' ? dayMs : 7 * dayMs;
  const before = new Date(from.getTime() - lengthMs);
  const filter = { environmentId: undefined, tests: undefined };
  const [days, byEnvironment, all, tests, finished] = await Promise.all([
    trends.byDay(before, filter),
    trends.byEnvironment(from, filter),
    environments.list(),
    // The period before is compared with the period.
    trends.tests({ since: before, firstUntil: from, lastFrom: from, longTerm: from }, filter),
    submissions.list({ finished: true, limit: listedSubmissions }),
  ]);
  return buildDigestFacts({
    ...{ period: details.period, from, to, days, publicUrl },
    tests: tests.map((test) => ({
      ...test,
      // Those of the period alone.
      ...{ executions: test.executionsLongTerm, failed: test.failuresLongTerm },
    })),
    environments: all.flatMap(({ id, code }) => {
      const sums = byEnvironment.get(id);
      return sums ? [{ code, sums }] : [];
    }),
    submissions: finished.filter(({ runs }) => {
      const ends = runs.flatMap(({ finishedAt }) => finishedAt?.getTime() ?? []);
      const end = Math.max(...ends);
      return end >= from.getTime() && end < to.getTime();
    }),
  });
}
