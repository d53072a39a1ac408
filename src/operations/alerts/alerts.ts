import { z } from 'zod';
import { wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { alertView, viewAlert } from './alert-view.ts';

export const listAlerts = defineOperation({
  name: 'alerts.list',
  method: 'GET',
  path: '/api/alerts',
  summary:
    'List what an operator must act on: the open alerts, the oldest first, or all of them, the newest first',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    open: z.enum(['true', 'false']).optional().describe('`true`: only open ones, all of them'),
    before: wholeNumber(1).optional().describe('Only alerts with a smaller id: the next page'),
    limit: wholeNumber(1, 200).default(50),
  }),
  output: z.object({
    alerts: z.array(alertView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run({ alerts, config }, { open, before, limit }) {
    const { publicUrl } = config.server;
    if (open === 'true') {
      return { alerts: (await alerts.open()).map((alert) => viewAlert(alert, publicUrl)), next: null };
    }
    // One more than the limit shows whether there is another page.
    const page = await alerts.list({ before, limit: limit + 1 });
    const listed = page.slice(0, limit).map((alert) => viewAlert(alert, publicUrl));
    return { alerts: listed, next: page.length > limit ? (listed.at(-1)?.id ?? null) : null };
  },
});
