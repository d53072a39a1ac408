import { z } from 'zod';
import { time, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const entryView = z.object({
  id: z.number(),
  at: time,
  who: z.string(),
  via: z
    .string()
    .describe('password, oidc, token; open when sign-in is off; local for a command on the data folder'),
  address: z.string().nullable().describe('IP address; null for a command on the data folder'),
  operation: z.string(),
  subject: z.string().describe('What was changed'),
  outcome: z.string().nullable().describe('done, or a fault code; null while it is under way'),
});

export const listAudit = defineOperation({
  name: 'audit.list',
  method: 'GET',
  path: '/api/audit',
  summary: 'List the audit trail, the newest entry first',
  role: 'admin',
  audited: false,
  input: z.object({
    before: wholeNumber(1).optional().describe('Only entries with a smaller id: the next page'),
    limit: wholeNumber(1, 200).default(50),
  }),
  output: z.object({
    entries: z.array(entryView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run({ access }, { before, limit }) {
    // One more than the limit shows whether there is another page.
    const page = await access.audit.list({ before, limit: limit + 1 });
    const entries = page.slice(0, limit).map(({ at, address, outcome, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      address: address ?? null,
      outcome: outcome ?? null,
    }));
    return { entries, next: page.length > limit ? (entries.at(-1)?.id ?? null) : null };
  },
});
