import type { MessageFacts } from '../../model/message-facts.ts';
import type { MessageRule, RuleChannel } from '../../model/message-rule.ts';

/** What happened, as far as rules distinguish it. */
export type NoticeKind =
  | 'submission-started'
  | 'submission-progress'
  | 'first-failure'
  | 'run-finished'
  | 'submission-finished'
  | 'alert-started'
  | 'alert-ended'
  | 'digest-due';

export interface RuleNotice {
  kind: NoticeKind;
  /** Of `digest-due`: the rule. */
  ruleId?: number;
  at: Date;
}

/** A message to send. One for each channel, recipient and purpose. */
export interface PlannedMessage {
  channelId: number;
  /** The rule whose message it is; of several that tell the same, the first one. */
  ruleId: number;
  recipient: string | null;
  purpose: 'post' | 'edit' | 'reply' | 'status' | 'comment';
  /** `submission/471`, `alert/3`: messages of a thread and channel are sent in their order. */
  thread: string | null;
  /** Later than now while quiet hours last. */
  dueAt: Date;
  /** `Rule nightly: the submission failed` */
  reason: string;
}

/** A rule that does not tell a notice, and why in plain words: `only failed, this one passed`. */
export interface NotSent {
  ruleId: number;
  rule: string;
  channel: string;
  reason: string;
}

/** A post of the thread that is sent or will be. */
export interface EarlierPost {
  channelId: number;
  recipient: string | null;
}

export interface PlanInput {
  notice: RuleNotice;
  facts: MessageFacts;
  rules: readonly MessageRule[];
  channels: readonly RuleChannel[];
  /** The posts of the same submission or alert from earlier notices: waiting or sent, neither given up nor dropped. */
  posts: readonly EarlierPost[];
  now: Date;
}

/** The messages of a notice, and the rules that do not tell it. Pure: the same input has the same output. */
export function planMessages(_input: PlanInput): { messages: PlannedMessage[]; notSent: NotSent[] } {
  return { messages: [], notSent: [] };
}
