import { z } from 'zod';
import type {
  AlertFacts,
  DigestFacts,
  ReservationFacts,
  SubmissionFacts,
} from '../../../model/message-facts.ts';
import { resultClasses } from '../../../model/result-class.ts';
import { verdicts } from '../../../model/run.ts';
import type { ClassCounts } from '../../../model/submission.ts';

/** Increases when a field is removed or gets another meaning; new fields do not change it. */
export const payloadVersion = 1;

// The schema of what a webhook receives, from which docs/webhook.schema.json is generated. The types of the facts hold it in place.
// Objects are open, so that a receiver which checks it accepts later fields.

const time = z.iso.datetime();
const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable();
const url = nullable(z.string()).describe('A page of matre; null without MATRE_PUBLIC_URL');

const counts = z.looseObject({
  planned: z.number(),
  passed: z.number(),
  failed: z.number(),
  broken: z.number(),
  skipped: z.number(),
  flaky: z
    .number()
    .describe('Tests that passed and had failed in an earlier attempt of the run; passed counts them, too'),
  quarantined: z
    .number()
    .describe('Those of failed that a quarantine covers; they do not decide the verdict'),
});

const classNames: (keyof ClassCounts)[] = [...resultClasses, 'broken', 'other'];
const classCounts = Object.fromEntries(classNames.map((name) => [name, z.number()]));
const classes = nullable(z.looseObject(classCounts as Record<keyof ClassCounts, z.ZodNumber>)).describe(
  'Results by class, compared with the history; null until that is done',
);

const failure = {
  test: z.string(),
  suite: nullable(z.string()),
  className: nullable(z.enum(['new', 'known', 'flaky'])),
  quarantined: z.boolean(),
  message: z.string().describe('The headline of its message'),
  url,
  place: nullable(z.looseObject({ path: z.string(), line: z.number(), commit: z.string() }))
    .optional()
    .describe(
      'Where it comes from in the repository of a test module: the step, the call of its action group, or the test; null or absent when that is not known',
    ),
};

const submissionFacts: z.ZodType<SubmissionFacts> = z.looseObject({
  kind: z.literal('submission'),
  phase: z.enum(['started', 'running', 'finished']),
  headline: z.string(),
  submission: z.looseObject({
    id: z.number(),
    url,
    name: z.string().describe('Of its schedule or saved selection, else its selection in a few words'),
    schedule: nullable(z.string()),
    saved: nullable(z.string()),
    verdict: nullable(z.enum(verdicts)).describe('Null until it is finished'),
    requestedBy: z.string(),
    createdAt: time,
    finishedAt: nullable(time),
    durationMs: nullable(z.number()),
    usualMs: nullable(z.number()),
    environments: z.array(z.string()),
    counts,
    classes,
    previousVerdict: nullable(z.enum(verdicts)).describe('Of the submission that it is compared with'),
    branch: nullable(z.string()),
    commit: nullable(z.looseObject({ id: z.string(), subject: z.string() })),
    commits: z
      .array(z.looseObject({ id: z.string(), subject: z.string(), author: nullable(z.string()) }))
      .describe('Since the submission that it is compared with, the newest first, at most 20'),
  }),
  runs: z.array(
    z.looseObject({
      id: z.number(),
      environment: z.string(),
      url,
      state: z.enum(['queued', 'running', 'finished']),
      verdict: nullable(z.enum(verdicts)),
      reason: nullable(z.looseObject({ code: z.string(), message: z.string() })).describe(
        'Why it is broken; the codes are those of docs/troubleshooting.md',
      ),
      counts,
      classes,
      durationMs: nullable(z.number()),
      failures: z
        .array(z.looseObject(failure))
        .describe('New ones first; over all runs at most 60, and then the others are only counted'),
      moreFailures: z.number(),
    }),
  ),
  causes: z
    .array(
      z.looseObject({
        cause: z.string(),
        message: z.string(),
        values: z.array(z.string()),
        tests: z.number(),
        environments: z.array(z.string()),
        since: nullable(z.number()).describe('The number of the submission in which it was seen first'),
      }),
    )
    .describe('The causes of the most failures, at most 10'),
  firstFailure: nullable(
    z.looseObject({
      ...failure,
      environment: z.string(),
      screenshot: nullable(z.looseObject({ runId: z.number(), path: z.string() })).describe(
        'A file of the run: GET /api/runs/{runId}/artifacts/{path}',
      ),
    }),
  ),
  run: nullable(z.number()).describe('Of a message about one run: its number'),
});

const alertFacts: z.ZodType<AlertFacts> = z.looseObject({
  kind: z.literal('alert'),
  phase: z.enum(['started', 'ended']),
  headline: z.string(),
  alert: z.looseObject({
    id: z.number().describe('0 in a test message'),
    kind: z.string(),
    subject: z.string(),
    message: z.string(),
    action: z.string().describe('What to do about it'),
    endReason: nullable(z.string()).optional().describe('Why it ended'),
    startedAt: time,
    endedAt: nullable(time),
    url,
  }),
});

const reservationFacts: z.ZodType<ReservationFacts> = z.looseObject({
  kind: z.literal('reservation'),
  phase: z.enum(['started', 'near-end', 'cancelled']),
  headline: z.string(),
  reservation: z.looseObject({
    id: z.number(),
    environment: z.string(),
    owner: z.string(),
    reason: z.string(),
    begunAt: nullable(time),
    endsAt: nullable(time),
    endReason: nullable(z.string()).describe('Why it could not begin'),
    url,
  }),
});

const sums = {
  runs: z.number(),
  passed: z.number(),
  failed: z.number(),
  broken: z.number(),
  flaky: z.number(),
  passRate: nullable(z.number()).describe('0 to 1; null without a result'),
  durationMs: nullable(z.number()).describe('Mean duration of a run'),
};

const testCounts = {
  test: z.string(),
  suite: nullable(z.string()),
  executions: z.number(),
  failed: z.number(),
};

const digestFacts: z.ZodType<DigestFacts> = z.looseObject({
  kind: z.literal('digest'),
  period: z.enum(['daily', 'weekly']),
  headline: z.string(),
  from: time,
  to: time,
  url,
  totals: z.looseObject(sums),
  before: nullable(z.looseObject(sums)).describe('The period before'),
  environments: z.array(z.looseObject({ environment: z.string(), ...sums })),
  submissions: z.array(
    z.looseObject({
      id: z.number(),
      url,
      name: z.string(),
      environments: z.array(z.string()),
      verdict: z.enum(verdicts),
      headline: z.string(),
    }),
  ),
  moreSubmissions: z.number(),
  failing: z.array(z.looseObject(testCounts)),
  grown: z.array(z.looseObject({ ...testCounts, beforeMs: z.number(), afterMs: z.number() })),
});

const payloadTypes = [
  'submission.started',
  'submission.running',
  'submission.finished',
  'alert.started',
  'alert.ended',
  'reservation.started',
  'reservation.near-end',
  'reservation.cancelled',
  'digest',
  'test',
] as const;

export const payloadSchema = z.looseObject({
  version: z.literal(payloadVersion).describe('Increases when a field is removed or gets another meaning'),
  type: z.enum(payloadTypes),
  id: z.uuid().describe('The same in all attempts, as webhook-id: drop a message whose id you have seen'),
  timestamp: time.describe('When the message was made'),
  headline: z.string().describe('What happened, in one line of plain text'),
  text: z.string().describe('The whole message as plain text'),
  data: z
    .union([submissionFacts, alertFacts, reservationFacts, digestFacts])
    .describe('What the message is made from'),
});

export type Payload = z.output<typeof payloadSchema>;
