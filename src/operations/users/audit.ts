import { z } from 'zod';
import { line, time, timeInput, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const entryView = z.object({
  id: z.number(),
  at: time,
  who: z.string(),
  via: z
    .string()
    .describe('password, oidc, token; open when sign-in is off; local for a command on the data folder'),
  address: z.string().nullable().describe('IP address; null for a command on the database itself'),
  operation: z.string(),
  subject: z.string().describe('What was changed'),
  outcome: z.string().nullable().describe('done, or a fault code; null while it is under way'),
  changes: z
    .record(z.string(), z.object({ before: z.string().nullable(), after: z.string().nullable() }))
    .nullable()
    .describe('The fields that changed, as text; null where the operation reports none'),
});

export const listAudit = defineOperation({
  name: 'audit.list',
  method: 'GET',
  path: '/api/audit',
  summary: 'List the entries of the audit trail that fit all of the filters, the newest first',
  role: 'admin',
  audited: false,
  input: z.object({
    before: wholeNumber(1).optional().describe('Only entries with a smaller id: the next page'),
    who: line(250).optional().describe('Only entries of this principal'),
    operation: line(100).optional().describe('Only entries of this operation, such as users.edit'),
    subject: line(200).optional().describe('Only entries whose subject contains this text'),
    outcome: line(100).optional().describe('Only entries with this outcome: done, or a fault code'),
    since: timeInput.optional().describe('Only entries from this time on'),
    until: timeInput.optional().describe('Only entries before this time'),
    limit: wholeNumber(1, 200).default(50),
  }),
  output: z.object({
    entries: z.array(entryView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run({ access }, { before, limit, since, until, ...filter }) {
    // One more than the limit shows whether there is another page.
    const page = await access.audit.list({
      before,
      limit: limit + 1,
      ...filter,
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
    });
    const entries = page.slice(0, limit).map(({ at, address, outcome, changes, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
      address: address ?? null,
      outcome: outcome ?? null,
      changes: changes ?? null,
    }));
    return { entries, next: page.length > limit ? (entries.at(-1)?.id ?? null) : null };
  },
});
