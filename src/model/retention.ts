/** How long, and how much, is kept. Durations in milliseconds; 0: no limit. */
export interface RetentionLimits {
  /** Files of finished runs. */
  filesMs: number;
  maxFilesBytes: number;
  /** Finished runs with their results. */
  runsMs: number;
  maxResults: number;
  /** Entries of the audit trail. */
  auditMs: number;
  maxAudit: number;
  /** Notes of causes, after their causes were seen last. */
  notesMs: number;
  /** Messages that ended. */
  messagesMs: number;
  maxMessages: number;
}

/** Why a run beyond the limits stays, the first that applies. */
export const stayReasons = ['pinned', 'unfinished', 'newest', 'baseline', 'quarantine', 'note'] as const;
export type StayReason = (typeof stayReasons)[number];
