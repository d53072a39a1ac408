import type { NoticeKind, NotSent, PlannedMessage } from '../../model/message.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import { outcomeOf } from '../templates/outcome.ts';
import {
  commentThread,
  type ForgeChannel,
  type StatusTarget,
  statusTarget,
  statusThread,
} from './status-target.ts';

/** A channel on a forge, as the planner reads it. */
export interface StatusChannel extends ForgeChannel {
  id: number;
  name: string;
  comment: boolean;
  /** A status may be updated any number of times. GitHub takes 1,000 statuses with one name for a commit. */
  progress: boolean;
}

/** Instead of the name of a rule where it is said why nothing is sent. */
const ruleName = 'Statuses of commits';

/** The notices at which a status may have changed. */
const statusNotices: readonly NoticeKind[] = [
  'submission-started',
  'submission-progress',
  'run-finished',
  'submission-finished',
];

/**
 * The statuses and comments of a notice: of each channel on a forge whose projects have the commit of the submission. Pure: the same input
 * has the same output.
 */
export function planStatuses(input: {
  notice: { kind: NoticeKind };
  facts: MessageFacts;
  channels: readonly StatusChannel[];
  now: Date;
}): { messages: PlannedMessage[]; notSent: NotSent[] } {
  const { notice, facts, channels, now } = input;
  const plan: { messages: PlannedMessage[]; notSent: NotSent[] } = { messages: [], notSent: [] };
  if (facts.kind !== 'submission' || !statusNotices.includes(notice.kind)) return plan;
  for (const channel of channels) {
    const target = statusTarget(channel, facts);
    if (typeof target === 'string') {
      plan.notSent.push({ rule: ruleName, channel: channel.name, reason: target });
      continue;
    }
    const common = { channelId: channel.id, ruleId: null, rule: null, recipient: null, dueAt: now };
    const isProgress = notice.kind === 'submission-progress' || notice.kind === 'run-finished';
    if (!isProgress || channel.progress) {
      const reason = `The commit is in ${target.project}`;
      const outcome = outcomeOf(facts, 'status');
      plan.messages.push({
        ...common,
        purpose: 'status',
        outcome,
        thread: statusThread(channel, target),
        reason,
      });
    }
    const { pullRequest } = target;
    if (notice.kind === 'submission-finished' && channel.comment && pullRequest !== undefined) {
      const reason = `The commit is in ${reviewName(channel, target)} of ${target.project}`;
      const outcome = outcomeOf(facts, 'comment');
      plan.messages.push({
        ...common,
        purpose: 'comment',
        outcome,
        thread: commentThread(channel, target),
        reason,
      });
    }
  }
  return plan;
}

const reviewName = ({ kind }: StatusChannel, { pullRequest }: StatusTarget) =>
  kind === 'gitlab' ? `merge request ${pullRequest}` : `pull request ${pullRequest}`;
