import { z } from 'zod';
import { maxListedQueuedRuns } from '../../model/limits.ts';
import { runPhases, verdicts } from '../../model/run.ts';
import { waitCodes } from '../../model/waiting.ts';
import { time } from '../core/fields.ts';
import { countsView, reasonView } from '../core/views.ts';
import { reservationView } from '../reservations/reservation-view.ts';

/** A run in a lane: what a bar and its tooltip show. */
export const barView = z.object({
  id: z.number(),
  summary: z.string().describe('The selection in a few words'),
  state: z.enum(['running', 'finished']),
  phase: z.enum(runPhases).nullable(),
  verdict: z.enum(verdicts).nullable(),
  reason: z.string().nullable().describe('Fault code of a broken run'),
  counts: countsView,
  startedAt: time,
  finishedAt: time.nullable(),
  requestedBy: z.string(),
  commit: z.object({ id: z.string(), subject: z.string() }).nullable(),
  attempt: z.number(),
});

export type BarView = z.output<typeof barView>;

/** The progress of the run that executes on an environment. */
export const runningView = z.object({
  id: z.number(),
  done: z.number(),
  planned: z.number().describe('Number of tests; 0 until the plan exists'),
  percent: z
    .number()
    .describe('Share of the expected duration that is over; share of the tests when that is unknown'),
  msLeft: z.number().nullable(),
  workerId: z.string(),
  current: z
    .array(z.object({ test: z.string(), suite: z.string().nullable(), startedAt: time }))
    .describe('Tests under way'),
});

export type RunningView = z.output<typeof runningView>;

/** The newest finished run of an environment, however old, and why it failed. */
const latestView = z.object({
  id: z.number(),
  summary: z.string(),
  verdict: z.enum(['passed', 'failed', 'broken']),
  reason: reasonView.nullable().describe('Why the run is broken'),
  counts: countsView,
  requestedBy: z.string(),
  finishedAt: time,
  failure: z
    .object({
      cause: z.string().describe('Equal for failures with the same cause, also in other runs'),
      test: z.string().describe('The first test with that cause'),
      message: z.string().nullable().describe('Its message, at most 400 characters'),
      tests: z.number().describe('Number of tests with that cause'),
      newFailures: z.number().describe('Number of failed tests of the run that passed before'),
    })
    .nullable()
    .describe('The most frequent cause of its failed and broken tests'),
});

export type LatestView = z.output<typeof latestView>;

export const laneView = z.object({
  id: z.number(),
  code: z.string(),
  name: z.string(),
  paused: z.object({ since: time, reason: z.string() }).nullable(),
  running: runningView.nullable(),
  queued: z.number(),
  reservations: z
    .array(reservationView)
    .describe('Those that have not ended, in the order in which they begin'),
  latest: latestView
    .nullable()
    .describe('Its newest finished run that was not cancelled; null before the first'),
  bars: z
    .array(barView)
    .describe('Runs that overlap the window, the oldest first; the running one is the last'),
  more: z.boolean().describe('The oldest bars were left out'),
});

export type LaneView = z.output<typeof laneView>;

/** Why a queued run does not start yet. */
const waitView = z.object({
  code: z.enum(waitCodes),
  message: z.string().describe('The reason in a few words'),
  run: z.number().nullable().describe('The run that it waits for, if it waits for one'),
});

export const queuedView = z.object({
  id: z.number(),
  environment: z.string().describe('Code of the environment'),
  summary: z.string(),
  priority: z.number(),
  position: z.number().describe('Position in the queue of its environment; 1 is executed next'),
  requestedBy: z.string(),
  queuedAt: time,
  retryAt: time.nullable().describe('When a broken run is retried'),
  startBy: time.nullable().describe('It is cancelled when it has not started by then'),
  reservationId: z.number().nullable().describe('The reservation in which it may start'),
  waits: waitView,
  expectedMs: z
    .number()
    .nullable()
    .describe('Expected duration, from runs with the same selection; null when there are none'),
  expectedStartAt: time.nullable().describe('Expected start; null when it is unknown'),
});

export type QueuedView = z.output<typeof queuedView>;

export const overviewView = z.object({
  at: time.describe('Time of the answer, by the clock of the server'),
  from: time,
  to: time,
  lanes: z.array(laneView).describe('One for each environment, by code'),
  queue: z
    .array(queuedView)
    .describe(`Queued runs in the order in which they will probably start; at most ${maxListedQueuedRuns}`),
  queued: z.object({ runs: z.number(), oldestMs: z.number().nullable() }),
  workers: z.object({
    slots: z.number().describe('Worker slots of all live processes that are not stopping'),
    busy: z.number(),
    processes: z.number(),
    hosts: z.number(),
    lost: z.number().describe('Processes without a heartbeat for 30 s'),
  }),
  locks: z.object({
    kind: z.enum(['redis', 'in-process']),
    reachable: z.boolean(),
    message: z.string().nullable().describe('Why the lock store is not reachable'),
  }),
  containers: z
    .object({ total: z.number(), healthy: z.number(), stale: z.number() })
    .nullable()
    .describe('At most a few seconds old; null while the engine does not respond'),
});

export type OverviewView = z.output<typeof overviewView>;
