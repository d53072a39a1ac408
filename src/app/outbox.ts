import type { Service } from '../async/interval.ts';
import { channelKind } from '../messages/channels/registry.ts';
import { startOutbox } from '../messages/outbox/outbox.ts';
import { createPlanner } from '../messages/outbox/planner.ts';
import { createRulePlans } from '../messages/outbox/rule-plans.ts';
import { createTransmission } from '../messages/outbox/transmission.ts';
import { insertDueNotices } from '../messages/rules/due-notices.ts';
import type { Context } from '../operations/core/context.ts';
import { createMessagePlans } from '../store/tables/message-plans.ts';
import { readUnplanned } from '../store/tables/notices.ts';
import { createOutbox } from '../store/tables/outbox.ts';

/** Plans and sends messages in this process. Any number of processes may do so. */
export function startAppOutbox(context: Context): Service {
  const { channels, clock, database, facts, log, messageRules, messageTemplates, outgoing } = context;
  const outbox = createOutbox({ database });
  const plans = createMessagePlans({ database });
  const rulePlans = createRulePlans({
    listChannels: channels.list,
    listRules: () => messageRules.list({ subscriptions: true }),
    channelKind,
    readFacts: facts.read,
    plans,
    clock,
  });
  const transmission = createTransmission({
    outbox,
    channels,
    channelKind,
    readFacts: facts.read,
    findTemplate: async (kind, outcome) => (await messageTemplates.find(kind, outcome))?.source,
    outgoing,
    log,
  });
  const unplanned = (limit: number) => readUnplanned(database, limit);
  return startOutbox({
    database,
    outbox,
    planner: createPlanner({ unplanned, plans, ...rulePlans, log }),
    insertDueNotices: async () => insertDueNotices(database, await clock()),
    ...transmission,
    log,
  });
}
