import { z } from 'zod';
import type { PoolContainer } from '../../pool/pool.ts';
import { code, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';

const containerView = z.object({
  name: z.string(),
  environmentId: z.number(),
  slot: z.number(),
  image: z.string(),
  state: z.enum(['created', 'running', 'stopped']),
  createdAt: time,
  note: z.string().nullable().describe('Why the container is stale, and is replaced before the next run'),
});

function viewContainer({ stale, createdAt, ...rest }: PoolContainer): z.output<typeof containerView> {
  return { ...rest, createdAt: createdAt.toISOString(), note: stale ?? null };
}

export const listPool = defineOperation({
  name: 'pool.list',
  method: 'GET',
  path: '/api/pool',
  summary: 'List the containers of the pool',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    containers: z.array(
      containerView.extend({
        environment: z.string().nullable().describe('Code of the environment; null when it was removed'),
      }),
    ),
  }),
  async run({ pool, environments }) {
    const [containers, all] = await Promise.all([(await pool()).list(), environments.list()]);
    const codes = new Map(all.map(({ id, code }) => [id, code]));
    return {
      containers: containers.map((container) => ({
        ...viewContainer(container),
        environment: codes.get(container.environmentId) ?? null,
      })),
    };
  },
});

export const replaceContainer = defineOperation({
  name: 'pool.replace',
  method: 'POST',
  path: '/api/pool/:environment/replace',
  summary: 'Remove the container of an environment and create a new one',
  role: 'operator',
  audited: ({ environment }) => environment,
  input: z.object({ environment: code }),
  output: containerView,
  async run(context, { environment }) {
    const pool = await context.pool();
    return viewContainer(await pool.replace(await getEnvironment(context, environment)));
  },
});

export const prunePool = defineOperation({
  name: 'pool.prune',
  method: 'POST',
  path: '/api/pool/prune',
  summary: 'Remove the containers of environments that no longer exist',
  role: 'operator',
  audited: () => 'pool',
  input: z.object({}),
  output: z.object({ removed: z.array(z.string()).describe('Names of containers') }),
  async run({ pool, environments }) {
    return { removed: await (await pool()).prune(() => environments.list()) };
  },
});
