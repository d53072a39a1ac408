import { z } from 'zod';
import { dayMs } from '../../model/duration.ts';
import { type RetentionLimits, stayReasons } from '../../model/retention.ts';
import { type KindPlan, planRetention } from '../../store/tables/retention/plan.ts';
import { time, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const maxDays = 36_500;

const count = z.number();
const kind = {
  total: count.describe('What there is'),
  removed: count.describe('What is beyond the limits, and would be removed'),
};
const limit = z.number().nullable();

const retentionView = z.object({
  runs: z.object({
    ...kind,
    keepDays: limit.describe('MATRE_KEEP_RUNS; null: no limit'),
    maxResults: limit.describe('MATRE_MAX_RESULTS; null: no limit'),
    results: z.object(kind),
    stays: z
      .array(z.object({ reason: z.enum(stayReasons), runs: count }))
      .describe(
        'Runs beyond the limits that stay: pinned; unfinished, with others of their submission that are; newest of their environment; baseline of a later submission; newest failure of a quarantine or of a noted cause',
      ),
    oldest: time.nullable().describe('The end of the oldest run that would be removed'),
    newest: time.nullable(),
    first: z
      .array(
        z.object({
          id: z.number(),
          environment: z.string(),
          finishedAt: time,
          results: count,
          filesBytes: count,
        }),
      )
      .describe('The first 20 that would be removed'),
  }),
  files: z.object({
    ...kind,
    keepDays: limit.describe('MATRE_KEEP_FILES; null: no limit'),
    maxBytes: limit.describe('MATRE_MAX_FILES; null: no limit'),
    bytes: z.object(kind),
    unmeasured: count.describe('Runs whose files were not measured yet, which is done every hour'),
  }),
  audit: z.object({ ...kind, keepDays: limit, max: limit }),
  notes: z.object({ ...kind, keepDays: limit, max: limit }),
  messages: z.object({ ...kind, keepDays: limit, max: limit }),
});

export type RetentionView = z.output<typeof retentionView>;

export const showRetention = defineOperation({
  name: 'retention.show',
  method: 'GET',
  path: '/api/retention',
  summary: 'Show the limits of retention, and what would be removed now; nothing is removed by this',
  role: 'operator',
  audited: false,
  live: true,
  input: z.object({
    keepRunsDays: wholeNumber(1, maxDays)
      .optional()
      .describe('As if MATRE_KEEP_RUNS were this many days; likewise the others'),
    maxResults: wholeNumber(1).optional(),
    keepFilesDays: wholeNumber(1, maxDays).optional(),
    maxFilesBytes: wholeNumber(1).optional(),
  }),
  output: retentionView,
  async run({ config, database }, { keepRunsDays, maxResults, keepFilesDays, maxFilesBytes }) {
    const limits: RetentionLimits = {
      ...config.retention,
      ...(keepRunsDays !== undefined && { runsMs: keepRunsDays * dayMs }),
      ...(maxResults !== undefined && { maxResults }),
      ...(keepFilesDays !== undefined && { filesMs: keepFilesDays * dayMs }),
      ...(maxFilesBytes !== undefined && { maxFilesBytes }),
    };
    const { runs, files, audit, notes, messages } = await planRetention(database, limits);
    return {
      runs: {
        ...runs,
        ...{ keepDays: days(limits.runsMs), maxResults: limits.maxResults || null },
        oldest: runs.oldest?.toISOString() ?? null,
        newest: runs.newest?.toISOString() ?? null,
        first: runs.first.map((run) => ({ ...run, finishedAt: run.finishedAt.toISOString() })),
      },
      files: { ...files, keepDays: days(limits.filesMs), maxBytes: limits.maxFilesBytes || null },
      audit: viewKind(audit, limits.auditMs, limits.maxAudit),
      notes: viewKind(notes, limits.notesMs, 0),
      messages: viewKind(messages, limits.messagesMs, limits.maxMessages),
    };
  },
});

const days = (ms: number) => (ms === 0 ? null : ms / dayMs);

const viewKind = (plan: KindPlan, ageMs: number, max: number) => ({
  ...plan,
  keepDays: days(ageMs),
  max: max || null,
});
