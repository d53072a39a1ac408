import type { Channel } from '../../model/channel.ts';
import type { Notice } from '../../model/message.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import type { MessageRule } from '../../model/message-rule.ts';
import type { MessagePlans } from '../../store/tables/message-plans.ts';
import type { ChannelKind } from '../channels/channel.ts';
import { planMessages } from '../rules/plan-messages.ts';
import { toRuleChannel } from '../rules/rule-channel.ts';
import { planStatuses } from '../statuses/plan-statuses.ts';
import { toStatusChannel } from '../statuses/status-channels.ts';
import type { PlannerDependencies } from './planner.ts';

export interface RulePlanDependencies {
  listChannels(): Promise<Channel[]>;
  /** With subscriptions. */
  listRules(): Promise<MessageRule[]>;
  channelKind(name: Channel['kind']): ChannelKind | undefined;
  /** What the notice is about, as of now; `undefined` when it is gone. */
  readFacts(notice: Notice): Promise<MessageFacts | undefined>;
  plans: Pick<MessagePlans, 'posts'>;
  /** The time of the database, by which messages are due. */
  clock(): Promise<Date>;
}

/** Returns what plans notices by the rules. */
export function createRulePlans(deps: RulePlanDependencies): Pick<PlannerDependencies, 'readRules'> {
  const { listChannels, listRules, channelKind, readFacts, plans, clock } = deps;
  return {
    async readRules() {
      const [stored, rules, now] = [await listChannels(), await listRules(), await clock()];
      const channels = stored.flatMap((channel) => {
        const kind = channelKind(channel.kind);
        return kind ? [toRuleChannel(channel, kind)] : [];
      });
      const statusChannels = stored.flatMap((channel) => toStatusChannel(channel) ?? []);
      return {
        canEdit: (channelId) => channels.find(({ id }) => id === channelId)?.abilities.edit ?? false,
        async plan(notice) {
          const facts = await readFacts(notice);
          // A submission that executes tests again is announced when it is finished again.
          const isOutdated =
            notice.kind === 'submission-finished' &&
            facts?.kind === 'submission' &&
            facts.phase !== 'finished';
          if (facts === undefined || isOutdated) return { messages: [], notSent: [] };
          const { ruleId } = (notice.details ?? {}) as { ruleId?: number };
          const byRules = planMessages({
            notice: { kind: notice.kind, ruleId },
            facts,
            rules,
            channels,
            posts: await plans.posts(notice),
            now,
          });
          const statuses = planStatuses({ notice, facts, channels: statusChannels, now });
          return {
            messages: [...byRules.messages, ...statuses.messages],
            notSent: [...byRules.notSent, ...statuses.notSent],
          };
        },
      };
    },
  };
}
