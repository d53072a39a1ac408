import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { channelKind } from '../../messages/channels/registry.ts';
import type { Principal } from '../../model/access.ts';
import { channelKindNames } from '../../model/channel.ts';
import { type MessageRule, occasions } from '../../model/message-rule.ts';
import { scheduleName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import {
  checkRule,
  conditionInputs,
  digestInput,
  invalid,
  occasionsInput,
  quietHoursInput,
  recipient,
} from './rule-fields.ts';
import { digestView, disabledView, quietHoursView, viewTimes } from './rule-view.ts';

const subscriptionView = z.object({
  channel: z.string(),
  recipient: z.string().nullable(),
  occasions: z.array(z.enum(occasions)),
  ownOnly: z.boolean().describe('Only about submissions of the user, also by tokens of the user'),
  environments: z.array(z.string()),
  quietHours: quietHoursView.nullable(),
  digest: digestView.nullable(),
  disabled: disabledView.nullable(),
});
export type SubscriptionView = z.output<typeof subscriptionView>;

const personalChannelView = z.object({
  name: z.string(),
  kind: z.enum(channelKindNames),
  title: z.string(),
  recipients: z.boolean().describe('A subscription names its recipient'),
  disabled: z.boolean().describe('It is off: nothing is sent through it'),
  personal: z.boolean().describe('You may subscribe to it, or change your subscription'),
});

export const listSubscriptions = defineOperation({
  name: 'subscriptions.list',
  method: 'GET',
  path: '/api/subscriptions',
  summary: 'List your subscriptions with their channels, and the channels to which you may subscribe',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ subscriptions: z.array(subscriptionView), channels: z.array(personalChannelView) }),
  async run({ messageRules, channels }, _, { principal }) {
    const own = await messageRules.subscriptionsOf(userOf(principal));
    const subscribed = new Set(own.map(({ channel }) => channel.id));
    const listed = (await channels.list()).filter(
      ({ id, personal, disabled }) => subscribed.has(id) || (personal && !disabled),
    );
    return {
      subscriptions: own.map(viewSubscription),
      channels: listed.flatMap(({ name, kind, personal, disabled }) => {
        const { title, abilities } = channelKind(kind) ?? {};
        const recipients = abilities?.recipients ?? false;
        return title ? [{ name, kind, title, recipients, disabled: disabled !== undefined, personal }] : [];
      }),
    };
  },
});

export const setSubscription = defineOperation({
  name: 'subscriptions.set',
  method: 'PUT',
  path: '/api/subscriptions/:channel',
  summary: 'Subscribe to a channel for yourself, or change your subscription to it',
  role: 'viewer',
  audited: ({ channel }) => channel,
  input: z.object({
    channel: scheduleName,
    recipient: recipient.nullable().default(null),
    occasions: occasionsInput,
    ownOnly: z.boolean().default(true).describe('Only about your own submissions'),
    environments: conditionInputs.environments.default([]),
    quietHours: quietHoursInput.nullable().default(null),
    digest: digestInput.nullable().default(null),
  }),
  output: subscriptionView,
  async run(context, { channel: name, recipient, environments, ownOnly, ...input }, { principal }) {
    const userId = userOf(principal);
    const channel = await context.channels.get(name);
    if (!channel.personal) {
      throw new Fault('CHANNEL_NOT_PERSONAL', `Channel ${name} is not open for subscriptions.`);
    }
    if (recipient === null && channelKind(channel.kind)?.abilities.recipients) {
      throw invalid(`Channel ${name} needs a recipient, such as your e-mail address.`);
    }
    const current = (await context.messageRules.subscriptionsOf(userId)).find(
      (each) => each.channel.id === channel.id,
    );
    const fields = await checkRule(
      context,
      {
        ...{ ...input, channel, recipients: recipient === null ? [] : [recipient], disabled: undefined },
        conditions: { environments, schedules: [], saved: [], branches: [], requesters: [], alerts: [] },
      },
      current,
    );
    return viewSubscription(
      await context.messageRules.subscribe(userId, principal.name, { ...fields, ownOnly }),
    );
  },
});

export const removeSubscription = defineOperation({
  name: 'subscriptions.remove',
  method: 'DELETE',
  path: '/api/subscriptions/:channel',
  summary: 'End your subscription to a channel',
  role: 'viewer',
  audited: ({ channel }) => channel,
  input: z.object({ channel: scheduleName }),
  output: subscriptionView,
  async run({ channels, messageRules }, { channel }, { principal }) {
    const userId = userOf(principal);
    return viewSubscription(await messageRules.unsubscribe(userId, await channels.get(channel)));
  },
});

/** Errors: SUBSCRIPTION_NEEDS_USER. */
function userOf({ accountId }: Principal): number {
  if (accountId !== undefined) return accountId;
  throw new Fault('SUBSCRIPTION_NEEDS_USER', 'This request is not made by a user.');
}

function viewSubscription(rule: MessageRule): SubscriptionView {
  return {
    ...{ channel: rule.channel.name, recipient: rule.recipients[0] ?? null, occasions: rule.occasions },
    ...{ ownOnly: rule.owner?.ownOnly ?? true, environments: rule.conditions.environments },
    ...viewTimes(rule),
  };
}
