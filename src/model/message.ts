/** What happened and may be announced. */
export type NoticeKind =
  | 'submission-started'
  | 'submission-progress'
  | 'first-failure'
  | 'run-finished'
  | 'submission-finished'
  | 'alert-started'
  | 'alert-ended'
  | 'digest-due'
  | 'reservation-started'
  | 'reservation-near-end'
  | 'reservation-cancelled';

export interface Notice {
  id: number;
  kind: NoticeKind;
  submissionId: number | undefined;
  runId: number | undefined;
  alertId: number | undefined;
  details: unknown;
  at: Date;
}

/**
 * What a message does on its channel. `edit` changes the newest post of its thread and `reply` answers it; `status` and `comment` are
 * those of a commit; `test` is requested by a user.
 */
export const messagePurposes = ['post', 'edit', 'reply', 'status', 'comment', 'test'] as const;
export type MessagePurpose = (typeof messagePurposes)[number];

/** `given-up`: no attempt of a day succeeded; `dropped`: there is nothing to announce any more. */
export const messageStates = ['waiting', 'sent', 'given-up', 'dropped'] as const;
export type MessageState = (typeof messageStates)[number];

/** A message that a rule sends about a notice, or a status of a commit, which needs no rule. */
export interface PlannedMessage {
  channelId: number;
  /** Of several rules that announce the same, the oldest one. Null for a status, and for a change of a message whose rule is gone. */
  ruleId: number | null;
  /** The name of the rule; null for a subscription, and for a status. */
  rule: string | null;
  /** An address or a member of the channel; null: the default of the channel. */
  recipient: string | null;
  purpose: Exclude<MessagePurpose, 'test'>;
  /** Messages of a thread, channel and recipient are sent in the order in which they were planned. */
  thread: string | null;
  /** Chooses the template. */
  outcome: string;
  /** Later than now during quiet hours. */
  dueAt: Date;
  /** Why the rule sends it, in words. */
  reason: string;
}

/** Why a rule sends no message about a notice. */
export interface NotSent {
  rule: string;
  channel: string;
  reason: string;
}

/** A message in the outbox. */
export interface Message {
  id: number;
  /** The same in all attempts. */
  key: string;
  channelId: number;
  channel: string;
  rule: string | undefined;
  /** Why the rule sends it, in words. */
  reason: string | undefined;
  recipient: string | undefined;
  purpose: MessagePurpose;
  outcome: string | undefined;
  submissionId: number | undefined;
  runId: number | undefined;
  alertId: number | undefined;
  state: MessageState;
  attempts: number;
  /** The next attempt of a waiting one. */
  dueAt: Date;
  /** A process sends it now. */
  sending: boolean;
  /** The first line of its content; `undefined` until it was rendered. */
  headline: string | undefined;
  /** Of the last attempt, or why it was dropped. */
  error: { code: string; message: string; permanent: boolean } | undefined;
  createdAt: Date;
  attemptedAt: Date | undefined;
  /** When it was sent, given up or dropped. */
  endedAt: Date | undefined;
}
