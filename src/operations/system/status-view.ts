import { z } from 'zod';
import { verdicts } from '../../model/run.ts';
import { time } from '../core/fields.ts';
import { environmentView, reasonView } from '../core/views.ts';
import { queuedView, runningView } from '../overview/overview-view.ts';

/** What a problem is about, the most urgent first. */
export const problemAreas = [
  'alerts',
  'runs',
  'workers',
  'environments',
  'locks',
  'engine',
  'schedules',
] as const;

export const problemView = z.object({
  area: z.enum(problemAreas),
  status: z.enum(['problem', 'warning']).describe('A warning stops nothing now'),
  about: z.string().nullable().describe('The run, worker, environment, lock or schedule concerned'),
  message: z.string(),
  code: z.string().nullable(),
  remedy: z.string().nullable().describe('The command or setting that fixes it'),
  since: time.nullable().describe('When an alert was seen first; null for other problems'),
});

export type ProblemView = z.output<typeof problemView>;

const environmentStatusView = environmentView.extend({
  running: z.number().nullable().describe('The run that executes there'),
  progress: runningView.nullable().describe('The progress of that run'),
  queued: z.number(),
  waits: queuedView.shape.waits.nullable().describe('Why its next queued run does not start yet'),
  lastRun: z
    .object({ id: z.number(), verdict: z.enum(verdicts), reason: reasonView.nullable(), finishedAt: time })
    .nullable()
    .describe('The last run that finished there and was not cancelled'),
});

export type EnvironmentStatusView = z.output<typeof environmentStatusView>;

const lockStatusView = z.object({
  kind: z.enum(['redis', 'in-process']),
  reachable: z.boolean(),
  message: z.string().nullable().describe('Why the lock store is not reachable'),
  held: z.array(z.object({ name: z.string(), owner: z.string(), since: time })),
});

const containersStatusView = z.object({
  total: z.number(),
  healthy: z.number(),
  stale: z
    .array(z.object({ name: z.string(), note: z.string() }))
    .describe('Replaced before their next run, and why'),
});

export const statusView = z.object({
  problems: z
    .array(problemView)
    .describe(
      'What is wrong, the most urgent first: open alerts, and what they do not say: stuck runs, lost workers, broken environments, locks',
    ),
  workers: z.array(
    z.object({
      id: z.string(),
      host: z.string(),
      pid: z.number(),
      slots: z.number(),
      stopping: z.boolean(),
      alive: z.boolean(),
      waitsFor: reasonView.nullable().describe('Why the worker cannot start a run'),
      startedAt: time,
      seenAt: time,
    }),
  ),
  environments: z.array(environmentStatusView),
  oldestQueuedAt: time.nullable().describe('When the oldest queued run was submitted'),
  locks: lockStatusView,
  containers: containersStatusView
    .nullable()
    .describe('At most a few seconds old; null while the engine does not respond'),
});

export type StatusView = z.output<typeof statusView>;
