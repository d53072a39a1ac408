import { z } from 'zod';
import { runPhases, verdicts } from '../../model/run.ts';
import { waitCodes } from '../../model/waiting.ts';
import { time } from '../core/fields.ts';
import { countsView } from '../core/views.ts';

/** A run in a lane: as much as a bar and its tooltip tell. */
export const barView = z.object({
  id: z.number(),
  summary: z.string().describe('The selection in few words'),
  state: z.enum(['running', 'finished']),
  phase: z.enum(runPhases).nullable(),
  verdict: z.enum(verdicts).nullable(),
  reason: z.string().nullable().describe('The code of the fault that made it broken'),
  counts: countsView,
  startedAt: time,
  finishedAt: time.nullable(),
  requestedBy: z.string(),
  commit: z.object({ id: z.string(), subject: z.string() }).nullable(),
  attempt: z.number(),
});

export type BarView = z.output<typeof barView>;

/** How far the run is that executes on an environment. */
export const runningView = z.object({
  id: z.number(),
  done: z.number(),
  planned: z.number().describe('0 until the plan is made'),
  percent: z.number().describe('Of the expected time; of the tests where that is not known'),
  msLeft: z.number().nullable(),
  workerId: z.string(),
  current: z
    .array(z.object({ test: z.string(), suite: z.string().nullable(), startedAt: time }))
    .describe('The tests under way'),
});

export type RunningView = z.output<typeof runningView>;

export const laneView = z.object({
  id: z.number(),
  code: z.string(),
  name: z.string(),
  paused: z.object({ since: time, reason: z.string() }).nullable(),
  running: runningView.nullable(),
  queued: z.number(),
  bars: z
    .array(barView)
    .describe('Runs that overlap the window, the oldest first; the one that runs is the last'),
  more: z.boolean().describe('Some bars, the oldest, were left out'),
});

export type LaneView = z.output<typeof laneView>;

/** Why a queued run does not run yet. */
export const waitView = z.object({
  code: z.enum(waitCodes),
  message: z.string().describe('The same in a sentence'),
  run: z.number().nullable().describe('The run that it waits for'),
});

export type WaitView = z.output<typeof waitView>;

export const queuedView = z.object({
  id: z.number(),
  environment: z.string().describe('Its code'),
  summary: z.string(),
  priority: z.number(),
  position: z.number().describe('1 for the run that its environment executes next'),
  requestedBy: z.string(),
  queuedAt: time,
  retryAt: time.nullable().describe('It is tried again then'),
  waits: waitView,
  expectedMs: z
    .number()
    .nullable()
    .describe('How long it will take, from runs like it; null when there were none'),
  expectedStartAt: time.nullable().describe('Null when that cannot be known'),
});

export type QueuedView = z.output<typeof queuedView>;

export const overviewView = z.object({
  at: time.describe('When this was true, by the clock of the server'),
  from: time,
  to: time,
  lanes: z.array(laneView).describe('One for each environment, by code'),
  queue: z.array(queuedView).describe('In the order in which they will probably start; at most 200'),
  queued: z.object({ runs: z.number(), oldestMs: z.number().nullable() }),
  workers: z.object({
    slots: z.number().describe('Of all processes that answer and are not stopping'),
    busy: z.number(),
    processes: z.number(),
    hosts: z.number(),
    lost: z.number().describe('Processes that have not been heard of for 30 s'),
  }),
  locks: z.object({
    kind: z.enum(['redis', 'in-process']),
    reachable: z.boolean(),
    message: z.string().nullable().describe('Why it is not reachable'),
  }),
  containers: z
    .object({ total: z.number(), healthy: z.number(), stale: z.number() })
    .nullable()
    .describe('Some seconds old; null while the engine does not answer'),
});

export type OverviewView = z.output<typeof overviewView>;
