import { z } from 'zod';
import { allows } from '../../model/access.ts';
import type { Environment, Variable } from '../../model/environment.ts';
import { patchStates } from '../../model/patch.ts';
import { replayModes } from '../../model/replay.ts';
import { type Result, statuses } from '../../model/result.ts';
import { type Run, runPhases, runStates, verdicts } from '../../model/run.ts';
import type { RunOptions } from '../../model/run-options.ts';
import { severities, summariseSelection } from '../../model/selection.ts';
import { describeTimedOutWaits, type TimedOutWaits } from '../../model/timed-out-waits.ts';

import type { Context } from './context.ts';
import { time } from './fields.ts';
import type { RequestContext } from './operation.ts';

// The model as JSON: dates are ISO 8601 strings, absent values null.

export const reasonView = z.object({ code: z.string(), message: z.string() });

const environmentModuleView = z.object({
  name: z.string(),
  repository: z.string().nullable().describe('Without credentials'),
  branch: z.string().nullable(),
  path: z.string().nullable().describe('A folder on the hosts of workers, instead of a repository'),
  target: z.string().nullable().describe('The folder in the container, below the root of Magento'),
  username: z.string().nullable(),
  hasPassword: z.boolean(),
});

export const environmentView = z.object({
  id: z.number(),
  code: z.string(),
  name: z.string(),
  baseUrl: z.string().describe('Without the user and password that it may have'),
  backendName: z.string(),
  adminUsername: z.string(),
  hasAdminPassword: z.boolean(),
  hasShopCredentials: z.boolean().describe('A user and password of the base URL are stored'),
  slots: z.number(),
  allModules: z
    .boolean()
    .describe('The tests of all modules are read, not only of those that are enabled in the shop'),
  image: z.string().nullable().describe('The image of its containers; null: that of the settings'),
  replay: z
    .enum(replayModes)
    .nullable()
    .describe('What is recorded of the browsers of its tests; null: that of the settings'),
  modules: z
    .array(environmentModuleView)
    .describe('Its test modules in order; empty: that of the settings, which also has what is null here'),
  paused: z.object({ since: time, reason: z.string() }).nullable(),
  createdAt: time,
});
export type EnvironmentView = z.output<typeof environmentView>;

export function viewEnvironment(environment: Environment): EnvironmentView {
  const { fence: _fence, image, replay, modules, paused, createdAt, ...rest } = environment;
  return {
    ...rest,
    image: image ?? null,
    replay: replay ?? null,
    modules: modules.map(({ name, repository, branch, path, target, username, hasPassword }) => ({
      name,
      repository: repository ?? null,
      branch: branch ?? null,
      path: path ?? null,
      target: target ?? null,
      username: username ?? null,
      hasPassword,
    })),
    paused: paused === undefined ? null : { since: paused.since.toISOString(), reason: paused.reason },
    createdAt: createdAt.toISOString(),
  };
}

/** A value of a variable in an answer, see `shownValue`. */
export const variableValue = z
  .string()
  .nullable()
  .describe('Null when it is secret; viewers get the values of plain names only');

export const variableView = z.object({
  name: z.string(),
  value: variableValue,
  secret: z.boolean(),
  description: z.string(),
  changedAt: time
    .nullable()
    .describe('When its value last changed, also by a rotation; null: before that was recorded'),
  changedBy: z.string().nullable(),
  rotation: z
    .object({ at: time, by: z.string(), setAt: time })
    .nullable()
    .describe('When a secret gets another value, and who set it'),
});
export type VariableView = z.output<typeof variableView>;

export function viewVariable(
  { name, value, secret, description, changedAt, changedBy, rotation }: Variable,
  context: Pick<Context, 'secretRule'>,
  request: Pick<RequestContext, 'principal'>,
): VariableView {
  const shown = shownValue({ name, value: secret ? undefined : value }, context, request);
  return {
    name,
    value: shown,
    secret,
    description,
    changedAt: changedAt?.toISOString() ?? null,
    changedBy: changedBy ?? null,
    rotation: rotation
      ? { at: rotation.at.toISOString(), by: rotation.by, setAt: rotation.setAt.toISOString() }
      : null,
  };
}

/** The value as the principal may see it, or null: no secrets (their `value` is `undefined`), and for viewers only those of plain names. */
export function shownValue(
  { name, value }: { name: string; value: string | undefined },
  { secretRule }: Pick<Context, 'secretRule'>,
  { principal }: Pick<RequestContext, 'principal'>,
): string | null {
  return value !== undefined && (allows(principal.role, 'operator') || secretRule.isPlain(name))
    ? value
    : null;
}

export const selectionView = z.object({
  all: z.boolean(),
  tests: z.array(z.string()),
  groups: z.array(z.string()),
  suites: z.array(z.string()),
  patterns: z.array(z.string()).optional(),
  severities: z.array(z.enum(severities)).optional(),
  modules: z.array(z.string()).optional(),
  exclude: z.array(z.string()),
  excludeSkipped: z.boolean().optional(),
  playwright: z
    .object({
      grep: z.string().optional(),
      projects: z.array(z.string()).optional(),
      tags: z.array(z.string()).optional(),
      files: z.array(z.string()).optional(),
    })
    .optional(),
});

export const countsView = z.object({
  planned: z.number(),
  passed: z.number(),
  failed: z.number(),
  broken: z.number(),
  skipped: z.number(),
  flaky: z
    .number()
    .describe('Tests that passed and had failed in an earlier attempt of the run; `passed` counts them, too'),
  quarantined: z
    .number()
    .describe(
      'Of the failed tests, those that a quarantine covered when the run was judged; they do not decide the verdict',
    ),
});

export const runOptionsView = z.object({
  retryFailed: z
    .number()
    .nullable()
    .describe('How often each failed test is retried; null: the setting of the workers'),
  failedFirst: z.boolean().describe('Tests that failed last on the environment are executed first'),
  maxFailures: z.number().nullable().describe('No test starts after so many have failed; null: no limit'),
});

export const viewRunOptions = ({ retryFailed, failedFirst, maxFailures }: RunOptions) => ({
  retryFailed: retryFailed ?? null,
  failedFirst,
  maxFailures: maxFailures ?? null,
});

const pinnedModuleView = z.object({
  name: z.string(),
  repository: z.string().nullable().describe('Without credentials; null for a folder'),
  branch: z.string().nullable().describe('Its newest commit is pinned, unless the run has a ref'),
  target: z.string().describe('The folder in the container, below the root of Magento'),
  id: z.string(),
  subject: z.string(),
});

export const runView = z.object({
  id: z.number(),
  environmentId: z.number(),
  environment: z.string().describe('Code of the environment'),
  selection: selectionView,
  summary: z.string().describe('The selection in a few words'),
  priority: z.number(),
  state: z.enum(runStates),
  phase: z.enum(runPhases).nullable(),
  verdict: z.enum(verdicts).nullable(),
  reason: reasonView.nullable(),
  ref: z
    .string()
    .nullable()
    .describe('The branch, tag or commit of the first test module that was requested'),
  commit: z.object({ id: z.string(), subject: z.string() }).nullable().describe('Of the first test module'),
  modules: z
    .array(pinnedModuleView)
    .nullable()
    .describe('All test modules in order; null before it starts, and for runs of older versions'),
  patches: z
    .array(
      z.object({
        name: z.string(),
        state: z.enum(patchStates).describe('not needed: the files of the image are as the patch makes them'),
      }),
    )
    .describe('The patches of the framework in the containers of its latest attempt, see MATRE_PATCHES'),
  attempt: z.number(),
  workerId: z.string().nullable(),
  cancelRequested: z.boolean(),
  requestedBy: z.string(),
  retryOf: z.number().nullable(),
  scheduleId: z.number().nullable().describe('The schedule that created it; null when that was removed'),
  submissionId: z.number().nullable().describe('What it was requested with, over several environments'),
  waitsFor: reasonView.nullable().describe('Of a queued run: what keeps every worker from starting a run'),
  retryAt: time.nullable().describe('When the run is retried after a transient fault'),
  filesRemovedAt: time
    .nullable()
    .describe('When its log and other files were removed by retention; its results stay'),
  pin: z
    .object({ by: z.string(), at: time, reason: z.string() })
    .nullable()
    .describe('Retention leaves a pinned run alone'),
  options: runOptionsView,
  retriedAfter: z.number().describe('The attempt after which a user last retried its failed tests; 0: never'),
  reservationId: z.number().nullable().describe('The reservation in which it may start'),
  startBy: time.nullable().describe('It is cancelled when it has not started by then'),
  counts: countsView,
  queuedAt: time.describe('When it was submitted, or last retried by a user'),
  startedAt: time.nullable().describe('Start of its first attempt since then'),
  finishedAt: time.nullable(),
});
export type RunView = z.output<typeof runView>;

/** The run as JSON; `waitsFor` is null here, because it depends on the workers (`idle-workers.ts`). */
export function viewRun(run: Run): RunView {
  const { environmentCode, fence: _fence, leaseUntil: _leaseUntil, ...rest } = run;
  return {
    ...rest,
    environment: environmentCode,
    summary: summariseSelection(run.selection),
    phase: run.phase ?? null,
    verdict: run.verdict ?? null,
    reason: run.reason ?? null,
    waitsFor: null,
    ref: run.ref ?? null,
    commit: run.commit ?? null,
    modules:
      run.modules?.map(({ repository, branch, ...module }) => ({
        ...module,
        repository: repository ?? null,
        branch: branch ?? null,
      })) ?? null,
    workerId: run.workerId ?? null,
    retryOf: run.retryOf ?? null,
    scheduleId: run.scheduleId ?? null,
    submissionId: run.submissionId ?? null,
    retryAt: run.retryAt?.toISOString() ?? null,
    filesRemovedAt: run.filesRemovedAt?.toISOString() ?? null,
    pin: run.pin ? { ...run.pin, at: run.pin.at.toISOString() } : null,
    options: viewRunOptions(run.options),
    reservationId: run.reservationId ?? null,
    startBy: run.startBy?.toISOString() ?? null,
    queuedAt: run.queuedAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

export const plannedTestView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  startedAt: time.nullable().describe('Set while the test is under way'),
  status: z
    .enum(statuses)
    .nullable()
    .describe('Of its latest attempt; null also while it waits to be executed again'),
  flaky: z.boolean().describe('It passed, and failed in an earlier attempt of the run'),
  quarantined: z.boolean().describe('A quarantine covered its failure when the run was judged'),
});

export const waitsView = z
  .object({
    count: z.number(),
    lostMs: z.number().describe('How long they took, together'),
    pages: z
      .array(
        z.object({
          page: z.string().nullable().describe('The page that was opened last'),
          seconds: z.number().describe('The time limit of each of these waits'),
          count: z.number(),
        }),
      )
      .describe('At most ten, those that lost the most time first'),
    summary: z.string().describe('Such as: 12 waits of 30 s ran out on /checkout, 720 s lost'),
  })
  .describe('Waits for jQuery that ran out although the test continued');

export function viewWaits(waits: TimedOutWaits | undefined): z.output<typeof waitsView> | null {
  if (waits === undefined) return null;
  const pages = waits.pages.map(({ page, seconds, count }) => ({ page: page ?? null, seconds, count }));
  return { ...waits, pages, summary: describeTimedOutWaits(waits) };
}

export const resultView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  attempt: z.number(),
  status: z.enum(statuses),
  message: z.string().nullable(),
  reason: reasonView.nullable(),
  startedAt: time,
  durationMs: z.number(),
  attachments: z.array(z.object({ name: z.string(), kind: z.string(), path: z.string() })),
  waits: waitsView.nullable(),
});
export type ResultView = z.output<typeof resultView>;

export function viewResult(result: Result): ResultView {
  const { test, suite, attempt, status, message, reason, startedAt, durationMs, attachments } = result;
  return {
    test,
    suite: suite ?? null,
    attempt,
    status,
    message: message ?? null,
    reason: reason ?? null,
    startedAt: startedAt.toISOString(),
    durationMs,
    attachments,
    waits: viewWaits(result.waits),
  };
}

export const eventView = z.object({ at: time, code: z.string(), message: z.string() });

export const attemptView = z.object({
  attempt: z.number(),
  workerId: z.string(),
  startedAt: time,
  endedAt: time.nullable(),
  outcome: z.string().nullable(),
  reason: reasonView.nullable(),
});
