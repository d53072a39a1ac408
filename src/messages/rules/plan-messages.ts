import type { NoticeKind, NotSent, PlannedMessage } from '../../model/message.ts';
import type { MessageFacts, ReservationFacts, RunFacts, SubmissionFacts } from '../../model/message-facts.ts';
import type { MessageRule, RuleChannel } from '../../model/message-rule.ts';
import { outcomeOf } from '../templates/outcome.ts';
import { failedCondition, failedReservationCondition } from './conditions.ts';
import { missedOccasion, occasionOf } from './occasions.ts';
import { endOfQuietHours } from './quiet-hours.ts';

export interface RuleNotice {
  kind: NoticeKind;
  /** Of `digest-due`: the rule. */
  ruleId?: number | undefined;
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

export interface Plan {
  messages: PlannedMessage[];
  notSent: NotSent[];
}

/** What one rule does about a notice: purposes with the reason, or why nothing. */
type Decision = { purposes: PlannedMessage['purpose'][]; reason: string } | { not: string } | undefined;

/**
 * The messages of a notice, and the rules that do not announce it. There is at most one message for each channel, recipient and purpose. A
 * post that was planned earlier is edited where the channel can, whatever rule it was of. Pure: the same input has the same output.
 */
export function planMessages(input: PlanInput): Plan {
  const channels = new Map(input.channels.map((channel) => [channel.id, channel]));
  const rules = input.rules.toSorted((one, other) => one.id - other.id);
  const messages = new Map<string, PlannedMessage>();
  const notSent: NotSent[] = [];
  const add = (message: PlannedMessage) => {
    const key = `${message.channelId} ${message.purpose} ${recipientKey(message.recipient)}`;
    const same = messages.get(key);
    if (!same) messages.set(key, message);
    else if (message.dueAt < same.dueAt) messages.set(key, { ...same, dueAt: message.dueAt });
  };
  for (const rule of rules) {
    const channel = channels.get(rule.channel.id);
    if (!channel) continue;
    const label = labelOf(rule);
    let noted = false;
    for (const recipient of recipientsOf(rule, channel)) {
      const decision = decide(rule, channel, recipient, input);
      if (decision && 'not' in decision) {
        const { not: reason } = decision;
        if (!noted) notSent.push({ rule: label, channel: channel.name, reason });
        noted = true;
        continue;
      }
      for (const purpose of decision?.purposes ?? []) {
        add({
          ...{ channelId: channel.id, ruleId: rule.id, rule: rule.name ?? null, recipient, purpose },
          ...{ thread: threadOf(input.facts, rule), outcome: outcomeOf(input.facts, purpose) },
          dueAt: dueAt(rule, input.now),
          reason: `${label}: ${decision?.reason}`,
        });
      }
    }
  }
  for (const change of changesOfPosts(input, channels, rules)) add(change);
  return { messages: [...messages.values()], notSent };
}

function decide(
  rule: MessageRule,
  channel: RuleChannel,
  recipient: string | null,
  { notice, facts, posts }: PlanInput,
): Decision {
  // What only changes messages depends on the messages.
  if (notice.kind === 'submission-progress' || notice.kind === 'run-finished') return undefined;
  if (notice.kind === 'digest-due' && notice.ruleId !== rule.id) return undefined;
  const off = switchedOff(rule, channel);
  if (off !== undefined) return { not: off };
  if (channel.kind === 'github' || channel.kind === 'gitlab')
    return { not: 'statuses of commits need no rule' };
  if (facts.kind === 'digest') return { purposes: ['post'], reason: `its ${facts.period} digest is due` };
  if (facts.kind === 'alert') return decideAlert(rule, facts.alert.kind, facts.phase);
  if (facts.kind === 'reservation') return decideReservation(rule, facts);
  const failed = failedCondition(rule, facts);
  if (failed !== undefined) return { not: failed };
  const isAnnounced = posts.some((post) => isTo(post, channel, recipient));
  if (isAnnounced && channel.abilities.edit) return undefined;
  if (notice.kind === 'submission-started') {
    const follows = channel.abilities.edit && rule.occasions.includes('always');
    return follows ? { purposes: ['post'], reason: 'every submission is announced' } : undefined;
  }
  if (notice.kind === 'first-failure') {
    const isDue = !isAnnounced && rule.occasions.includes('first-failure');
    return isDue ? { purposes: ['post'], reason: 'it has a first failure' } : undefined;
  }
  const reason = occasionOf(rule, facts.submission, { isAnnounced });
  if (reason === undefined) {
    const hadFirstFailure = isAnnounced && rule.occasions.includes('first-failure');
    return {
      not: hadFirstFailure ? 'its first failure was announced' : missedOccasion(rule, facts.submission),
    };
  }
  const replies = channel.abilities.thread && facts.runs.some(hasFailures);
  return { purposes: replies ? ['post', 'reply'] : ['post'], reason };
}

function switchedOff(rule: MessageRule, channel: RuleChannel): string | undefined {
  if (rule.disabled) return 'the rule is switched off';
  if (channel.disabled) return 'the channel is switched off';
  if (rule.owner && !channel.personal) return 'the channel is not open for subscriptions any more';
  return undefined;
}

function decideAlert(rule: MessageRule, kind: string, phase: 'started' | 'ended'): Decision {
  if (!rule.occasions.includes('alert')) return { not: 'announces no alerts' };
  const { alerts } = rule.conditions;
  if (alerts.length > 0 && !alerts.includes(kind)) {
    return { not: `only alerts ${alerts.join(', ')}, this one is ${kind}` };
  }
  return { purposes: ['post'], reason: phase === 'started' ? 'an alert began' : 'an alert ended' };
}

function decideReservation(rule: MessageRule, facts: ReservationFacts): Decision {
  if (!rule.occasions.includes('reservation')) return { not: 'announces no reservations' };
  const failed = failedReservationCondition(rule, facts);
  if (failed !== undefined) return { not: failed };
  const reasons = { started: 'began', 'near-end': 'ends soon', cancelled: 'could not begin' };
  return { purposes: ['post'], reason: `a reservation ${reasons[facts.phase]}` };
}

/**
 * Edits of the earlier posts of a submission, where the channel can, and replies with the failures of the run that finished. An edit
 * notifies no one, so it does not wait for the end of quiet hours; it is sent after its post in any case.
 */
function changesOfPosts(
  { notice, facts, posts, now }: PlanInput,
  channels: ReadonlyMap<number, RuleChannel>,
  rules: readonly MessageRule[],
): PlannedMessage[] {
  if (facts.kind !== 'submission' || notice.kind === 'submission-started') return [];
  const run = facts.runs.find(({ id }) => id === facts.run);
  const replies = notice.kind === 'run-finished' && run !== undefined && hasFailures(run);
  return posts.flatMap((post) => {
    const channel = channels.get(post.channelId);
    if (!channel || channel.disabled) return [];
    const own = rules.filter(
      (rule) =>
        rule.channel.id === channel.id &&
        switchedOff(rule, channel) === undefined &&
        recipientsOf(rule, channel).some((recipient) => isTo(post, channel, recipient)) &&
        failedCondition(rule, facts) === undefined,
    );
    const shared = {
      ...{ channelId: channel.id, ruleId: own[0]?.id ?? null, rule: own[0]?.name ?? null },
      ...{ recipient: post.recipient, thread: threadOf(facts) },
    };
    const messages: PlannedMessage[] = [];
    if (channel.abilities.edit) {
      const reason = 'The message about the submission is updated';
      messages.push({ ...shared, purpose: 'edit', outcome: outcomeOf(facts, 'edit'), dueAt: now, reason });
    }
    if (replies && channel.abilities.thread) {
      const times = own.map((rule) => dueAt(rule, now).getTime());
      const due = new Date(times.length === 0 ? now : Math.min(...times));
      const reason = `Run ${facts.run} of the submission has failures`;
      messages.push({ ...shared, purpose: 'reply', outcome: outcomeOf(facts, 'reply'), dueAt: due, reason });
    }
    return messages;
  });
}

const hasFailures = ({ failures, moreFailures }: RunFacts) => failures.length + moreFailures > 0;

/**
 * Those of a rule without any, or on a channel that has none: `null`, the default of the channel. A rule that names the default means the
 * same: else it would get each message twice.
 */
function recipientsOf({ recipients }: MessageRule, channel: RuleChannel): (string | null)[] {
  if (recipients.length === 0 || !channel.abilities.recipients) return [null];
  return recipients.map((recipient) => withoutDefault(recipient, channel));
}

function withoutDefault(recipient: string | null, { defaultRecipient }: RuleChannel): string | null {
  const isDefault =
    defaultRecipient !== undefined && recipientKey(recipient) === recipientKey(defaultRecipient);
  return isDefault ? null : recipient;
}

/** Addresses of e-mail are compared without case; ids of members are not addresses. */
const recipientKey = (recipient: string | null) =>
  recipient?.includes('@') ? recipient.toLowerCase() : (recipient ?? '');

const isTo = (post: EarlierPost, channel: RuleChannel, recipient: string | null) =>
  post.channelId === channel.id &&
  recipientKey(withoutDefault(post.recipient, channel)) === recipientKey(recipient);

function dueAt({ quietHours }: MessageRule, now: Date): Date {
  return (quietHours && endOfQuietHours(quietHours, now)) ?? now;
}

function threadOf(facts: MessageFacts, rule?: MessageRule): string {
  if (facts.kind === 'submission') return `submission/${(facts as SubmissionFacts).submission.id}`;
  if (facts.kind === 'reservation') return `reservation/${facts.reservation.id}`;
  return facts.kind === 'alert' ? `alert/${facts.alert.id}` : `digest/${rule?.id}`;
}

/** Only a rule that is tried before it is saved has neither a name nor an owner. */
function labelOf({ name, owner }: MessageRule): string {
  if (name !== undefined) return `Rule ${name}`;
  return owner === undefined ? 'This rule' : `Subscription of ${owner.name}`;
}
