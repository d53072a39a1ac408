import type { RetentionLimits } from '../../src/model/retention.ts';

/** Only the age of runs is limited. */
export const limitsOf = (days: number): RetentionLimits => ({
  ...{ filesMs: 0, maxFilesBytes: 0, runsMs: Math.round(days * 86_400_000), maxResults: 0 },
  ...{ auditMs: 0, maxAudit: 0, notesMs: 0, messagesMs: 0, maxMessages: 0 },
});
