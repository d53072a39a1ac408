import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { channelKind } from '../../messages/channels/registry.ts';
import { duePeriod, nextDigest } from '../../messages/rules/digest-time.ts';
import { type EarlierPost, planMessages, type RuleNotice } from '../../messages/rules/plan-messages.ts';
import { toRuleChannel } from '../../messages/rules/rule-channel.ts';
import type { Alert } from '../../model/alert.ts';
import { dayMs } from '../../model/duration.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import type { MessageRule, RuleChannel } from '../../model/message-rule.ts';
import type { Submission } from '../../model/submission.ts';
import type { Context } from '../core/context.ts';
import { scheduleName, time, timeInput } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { checkRule } from './rule-fields.ts';
import { newRuleInput, ruleOfInput } from './rules.ts';

const defaultDays = 7;
const maxDays = 31;
/** Each costs some queries. */
const maxSubmissions = 200;
const maxAlerts = 200;

const triedMessage = z.object({
  at: time.describe('When it happened'),
  dueAt: time.describe('When the message would have been sent: later than `at` in quiet hours'),
  notice: z.string(),
  purpose: z.string(),
  headline: z.string().describe('Of the submission as it is now'),
  submission: z.number().nullable(),
  alert: z.number().nullable(),
  channel: z.string(),
  recipient: z.string().nullable(),
  reason: z.string(),
});

const trial = z.object({
  messages: z.array(triedMessage).describe('The newest first'),
  notSent: z
    .array(z.object({ reason: z.string(), count: z.number() }))
    .describe('Why the rule would have sent nothing about submissions or alerts, the most frequent first'),
  submissions: z.number().describe('Number of finished submissions that were tried'),
  alerts: z.number().describe('Number of beginnings and ends of alerts that were tried'),
  more: z.number().describe('Number of older ones in this time that were not tried'),
});
export type RuleTrial = z.output<typeof trial>;

export const tryRule = defineOperation({
  name: 'rules.try',
  method: 'POST',
  path: '/api/rules/try',
  summary: 'Show what a rule would have sent for past submissions and alerts; nothing is sent or stored',
  role: 'viewer',
  audited: false,
  input: z.object({
    name: scheduleName.optional().describe('A stored rule; without it the fields are those of a rule'),
    since: timeInput.optional().describe(`At most ${maxDays} days ago; ${defaultDays} days by default`),
    ...newRuleInput,
    channel: newRuleInput.channel.optional(),
    occasions: newRuleInput.occasions.optional(),
  }),
  output: trial,
  async run(context, { name, since, channel, occasions, ...input }) {
    const rule = await (async () => {
      if (channel === undefined && occasions === undefined && name !== undefined)
        return context.messageRules.get(name);
      if (channel === undefined || occasions === undefined) {
        throw new Fault('INPUT_INVALID', 'Name a rule, or the channel and the occasions of one.');
      }
      return unsavedRule(context, { ...input, channel, occasions });
    })();
    const now = await context.clock();
    const from = since === undefined ? new Date(now.getTime() - defaultDays * dayMs) : new Date(since);
    if (from > now || now.getTime() - from.getTime() > maxDays * dayMs + 60_000) {
      throw new Fault(
        'INPUT_INVALID',
        `The input is not valid. since: must be within the last ${maxDays} days.`,
      );
    }
    return tryOn(context, rule, { from, now });
  },
});

async function unsavedRule(context: Context, input: Parameters<typeof ruleOfInput>[1]): Promise<MessageRule> {
  const { channel, ...checked } = await ruleOfInput(context, input);
  const { channelId: _, ...fields } = await checkRule(context, { channel, ...checked });
  const history = { createdBy: '', createdAt: new Date(0), changedBy: '', changedAt: new Date(0) };
  return {
    ...fields,
    ...history,
    id: 0,
    name: undefined,
    owner: undefined,
    channel: { id: channel.id, name: channel.name },
  };
}

async function tryOn(
  context: Context,
  rule: MessageRule,
  { from, now }: { from: Date; now: Date },
): Promise<RuleTrial> {
  const channel = await ruleChannel(context, rule);
  const messages: z.output<typeof triedMessage>[] = [];
  const reasons = new Map<string, number>();
  /** What happened, with the posts that earlier happenings made. */
  const happen = (notice: RuleNotice, facts: MessageFacts, at: Date, posts: EarlierPost[]) => {
    // A rule that is switched off can be tried, too.
    const input = {
      notice,
      facts,
      posts,
      now: at,
      rules: [{ ...rule, disabled: undefined }],
      channels: [channel],
    };
    const plan = planMessages(input);
    for (const { purpose, recipient, dueAt, reason } of plan.messages) {
      if (purpose === 'post') posts.push({ channelId: channel.id, recipient });
      if (purpose === 'edit') continue;
      messages.push({
        ...{
          at: at.toISOString(),
          dueAt: dueAt.toISOString(),
          notice: notice.kind,
          purpose,
          reason,
          recipient,
        },
        ...{ headline: facts.headline, channel: channel.name },
        submission: facts.kind === 'submission' ? facts.submission.id : null,
        alert: facts.kind === 'alert' ? facts.alert.id : null,
      });
    }
    for (const { reason } of plan.notSent) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };

  const finished = (await context.submissions.list({ finished: true, limit: 2 * maxSubmissions })).filter(
    (submission) => endOf(submission) >= from.getTime(),
  );
  for (const submission of finished.slice(0, maxSubmissions).toReversed()) {
    const facts = await context.facts.read({ submissionId: submission.id });
    if (facts?.kind !== 'submission') continue;
    const posts: EarlierPost[] = [];
    const running = { ...facts, phase: 'running' as const };
    happen({ kind: 'submission-started' }, running, submission.createdAt, posts);
    const failure = firstFailureAt(submission);
    if (failure !== undefined) happen({ kind: 'first-failure' }, running, failure, posts);
    happen({ kind: 'submission-finished' }, facts, new Date(endOf(submission)), posts);
  }
  const alerts = rule.occasions.includes('alert') ? await alertsSince(context, from) : [];
  for (const { alert, kind, at } of alerts) {
    const facts = await context.facts.read({ alertId: alert.id, kind });
    if (facts) happen({ kind }, facts, at, []);
  }
  for (const at of digestTimes(rule, from, now)) {
    if (!rule.digest) break;
    const { from: start, to } = duePeriod(rule.digest, at);
    const times = { from: start.toISOString(), to: to.toISOString() };
    const facts = await context.facts.read({
      details: { ruleId: rule.id, period: rule.digest.period, ...times },
    });
    if (facts) happen({ kind: 'digest-due', ruleId: rule.id }, facts, at, []);
  }
  messages.sort((one, other) => (one.at < other.at ? 1 : -1));
  return {
    messages,
    notSent: [...reasons]
      .map(([reason, count]) => ({ reason, count }))
      .toSorted((one, other) => other.count - one.count),
    submissions: Math.min(finished.length, maxSubmissions),
    alerts: alerts.length,
    more: Math.max(0, finished.length - maxSubmissions),
  };
}

async function ruleChannel(context: Context, rule: MessageRule): Promise<RuleChannel> {
  const channel = await context.channels.get(rule.channel.name);
  const abilities = { edit: false, thread: false, recipients: false };
  return { ...toRuleChannel(channel, channelKind(channel.kind) ?? { abilities }), disabled: false };
}

const endOf = ({ runs }: Submission) =>
  Math.max(...runs.flatMap(({ finishedAt }) => finishedAt?.getTime() ?? []));

/** When its first run with a failure ended: when a single test failed is not looked up. */
function firstFailureAt({ runs }: Submission): Date | undefined {
  const ends = runs
    .filter(({ counts }) => counts.failed + counts.broken > 0)
    .flatMap(({ finishedAt }) => finishedAt?.getTime() ?? []);
  return ends.length > 0 ? new Date(Math.min(...ends)) : undefined;
}

async function alertsSince(
  { alerts }: Context,
  from: Date,
): Promise<{ alert: Alert; kind: 'alert-started' | 'alert-ended'; at: Date }[]> {
  const newest = await alerts.list({ before: undefined, limit: maxAlerts });
  const happenings = newest.flatMap((alert) => [
    { alert, kind: 'alert-started' as const, at: alert.startedAt },
    ...(alert.endedAt ? [{ alert, kind: 'alert-ended' as const, at: alert.endedAt }] : []),
  ]);
  return happenings
    .filter(({ at }) => at >= from)
    .toSorted((one, other) => Number(one.at) - Number(other.at));
}

/** When digests of a rule were due in a time. */
function digestTimes({ digest }: MessageRule, from: Date, now: Date): Date[] {
  const times: Date[] = [];
  if (!digest) return times;
  for (let at = nextDigest(digest, from); at <= now; at = nextDigest(digest, at)) times.push(at);
  return times;
}
