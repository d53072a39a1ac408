import { z } from 'zod';
import { time, whole } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const entryView = z.object({
  id: z.number(),
  at: time,
  who: z.string(),
  via: z
    .string()
    .describe('password, oidc, token; open where nobody signs in, local for a command on the database'),
  address: z.string().nullable().describe('From where; null for a command on the database'),
  operation: z.string(),
  subject: z.string().describe('On what'),
  outcome: z.string().nullable().describe('done, or the code of the fault; null while it is under way'),
});

export const listAudit = defineOperation({
  name: 'audit.list',
  method: 'GET',
  path: '/api/audit',
  summary: 'List who changed what, the newest first',
  role: 'admin',
  audited: false,
  input: z.object({
    before: whole.min(1).optional().describe('Only entries with a smaller id: the next page'),
    limit: whole.min(1).max(200).default(50),
  }),
  output: z.object({
    entries: z.array(entryView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last'),
  }),
  async run({ access }, { before, limit }) {
    // One more than asked for says whether there is another page.
    const found = await access.audit.list({ before, limit: limit + 1 });
    const entries = found.slice(0, limit).map(({ at, address, outcome, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      address: address ?? null,
      outcome: outcome ?? null,
    }));
    return { entries, next: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
  },
});
