import { z } from 'zod';
import { describeConfig } from '../../config/config.ts';
import { time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { environmentView, reasonView, viewEnvironment } from '../core/views.ts';

export const showStatus = defineOperation({
  name: 'status.show',
  method: 'GET',
  path: '/api/status',
  summary: 'Show the workers, and the queue of each environment',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({
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
    environments: z.array(
      environmentView.extend({
        running: z.number().nullable().describe('The run that executes there'),
        queued: z.number(),
      }),
    ),
  }),
  async run({ workers, environments, overview }) {
    const [processes, all, queues] = await Promise.all([
      workers.list(),
      environments.list(),
      overview.queues(),
    ]);
    return {
      workers: processes.map(({ silentMs: _silentMs, startedAt, seenAt, waitsFor, ...worker }) => ({
        ...worker,
        waitsFor: waitsFor ?? null,
        startedAt: startedAt.toISOString(),
        seenAt: seenAt.toISOString(),
      })),
      environments: all.map((environment) => {
        const queue = queues.get(environment.id);
        return {
          ...viewEnvironment(environment),
          running: queue?.running ?? null,
          queued: queue?.queued ?? 0,
        };
      }),
    };
  },
});

export const showConfig = defineOperation({
  name: 'config.show',
  method: 'GET',
  path: '/api/config',
  summary: 'Show the settings of the server; secrets are hidden',
  role: 'operator',
  audited: false,
  input: z.object({}),
  output: z.object({
    settings: z.array(
      z.object({
        name: z.string(),
        group: z.string(),
        description: z.string(),
        value: z.string().nullable(),
        source: z.enum(['default', 'file', 'environment']),
      }),
    ),
  }),
  async run({ config }) {
    const settings = describeConfig(config);
    return { settings: settings.map((setting) => ({ ...setting, value: setting.value ?? null })) };
  },
});
