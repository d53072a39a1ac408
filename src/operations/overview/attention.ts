import { z } from 'zod';
import { defineOperation } from '../core/operation.ts';

export const showAttention = defineOperation({
  name: 'overview.attention',
  method: 'GET',
  path: '/api/attention',
  summary: 'Count open alerts, running and queued runs, and environments whose last run failed or was broken',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({
    alerts: z.number().describe('Number of open alerts'),
    running: z.number().describe('Number of running runs'),
    queued: z.number().describe('Number of queued runs'),
    failing: z
      .number()
      .describe('Number of environments whose last run that was not cancelled failed or was broken'),
  }),
  run: ({ overview }) => overview.attention(),
});
