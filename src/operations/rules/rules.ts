import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { MessageRule, RuleConditions } from '../../model/message-rule.ts';
import { defineChangeByName } from '../core/change-by-name.ts';
import type { Context } from '../core/context.ts';
import { scheduleName as name, newScheduleName as newName } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { checkRule, type RuleInput, ruleInputs } from './rule-fields.ts';
import { type RuleView, readExistingNames, ruleView, viewRule } from './rule-view.ts';

const conditionNames = ['environments', 'schedules', 'saved', 'branches', 'requesters', 'alerts'] as const;

/** The input of a whole rule. */
export const newRuleInput = {
  ...ruleInputs,
  recipients: ruleInputs.recipients.default([]),
  environments: ruleInputs.environments.default([]),
  schedules: ruleInputs.schedules.default([]),
  saved: ruleInputs.saved.default([]),
  branches: ruleInputs.branches.default([]),
  requesters: ruleInputs.requesters.default([]),
  alerts: ruleInputs.alerts.default([]),
  quietHours: ruleInputs.quietHours.default(null),
  digest: ruleInputs.digest.default(null),
};
type NewRule = { [Field in keyof typeof newRuleInput]: z.output<(typeof newRuleInput)[Field]> };

/** The flat fields of an input as a rule. Errors: CHANNEL_UNKNOWN. */
export async function ruleOfInput(context: Context, input: NewRule): Promise<RuleInput> {
  const { channel, recipients, occasions, quietHours, digest } = input;
  const { environments, schedules, saved, branches, requesters, alerts } = input;
  return {
    channel: await context.channels.get(channel),
    conditions: { environments, schedules, saved, branches, requesters, alerts },
    ...{ recipients, occasions, quietHours, digest, disabled: undefined },
  };
}

export const addRule = defineOperation({
  name: 'rules.add',
  method: 'POST',
  path: '/api/rules',
  summary: 'Add a rule: which submissions and alerts are announced on which channel',
  role: 'operator',
  audited: ({ name, channel }) => `${name} (${channel})`,
  input: z.object({ name: newName, ...newRuleInput }),
  output: ruleView,
  async run(context, { name, ...input }, { principal }) {
    const fields = await checkRule(context, await ruleOfInput(context, input));
    return view(context, await context.messageRules.create({ ...fields, name, createdBy: principal.name }));
  },
});

export const listRules = defineOperation({
  name: 'rules.list',
  method: 'GET',
  path: '/api/rules',
  summary: 'List the rules of messages, by name',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({ rules: z.array(ruleView) }),
  async run(context) {
    const [rules, existing] = await Promise.all([
      context.messageRules.list({ subscriptions: false }),
      readExistingNames(context),
    ]);
    return { rules: rules.map((rule) => viewRule(rule, existing)) };
  },
});

export const showRule = defineOperation({
  name: 'rules.show',
  method: 'GET',
  path: '/api/rules/:name',
  summary: 'Show a rule, and what it names that does not exist',
  role: 'viewer',
  audited: false,
  input: z.object({ name }),
  output: ruleView,
  run: async (context, { name }) => view(context, await context.messageRules.get(name)),
});

export const editRule = defineOperation({
  name: 'rules.edit',
  method: 'PATCH',
  path: '/api/rules/:name',
  summary: 'Change a rule; unspecified fields are unchanged, and a list is replaced as a whole',
  role: 'operator',
  audited: ({ name, ...changes }) => `${name}: ${Object.keys(defined(changes)).join(', ')}`,
  input: z.object({ name, rename: newName.optional(), ...z.object(ruleInputs).partial().shape }),
  output: ruleView,
  async run(context, { name, rename, ...input }, { principal }) {
    const changes = defined(input);
    if (Object.keys(changes).length === 0 && rename === undefined) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    const current = await context.messageRules.get(name);
    const conditions: RuleConditions = { ...current.conditions };
    for (const field of conditionNames) conditions[field] = changes[field] ?? conditions[field];
    const fields = await checkRule(
      context,
      {
        channel: await context.channels.get(changes.channel ?? current.channel.name),
        recipients: changes.recipients ?? current.recipients,
        occasions: changes.occasions ?? current.occasions,
        quietHours: input.quietHours === undefined ? current.quietHours : input.quietHours,
        digest: input.digest === undefined ? current.digest : input.digest,
        ...{ conditions, disabled: current.disabled },
      },
      current,
    );
    const changed = await context.messageRules.update(name, principal.name, (newest) => ({
      ...fields,
      name: rename ?? newest.name ?? name,
      disabled: newest.disabled,
      // A digest may have been sent meanwhile.
      digestAt: fields.digestAt === current.digestAt ? newest.digestAt : fields.digestAt,
    }));
    return view(context, changed);
  },
});

export const disableRule = defineChangeByName({
  output: ruleView,
  name: 'rules.disable',
  method: 'POST',
  path: '/api/rules/:name/disable',
  summary: 'Switch a rule off: it plans no messages; those that wait are sent',
  change: (context, name, by) =>
    update(context, name, by, ({ disabled }) => ({ disabled: disabled ?? { since: new Date(), by } })),
});

export const enableRule = defineChangeByName({
  output: ruleView,
  name: 'rules.enable',
  method: 'POST',
  path: '/api/rules/:name/enable',
  summary: 'Switch a rule on again',
  change: (context, name, by) => update(context, name, by, () => ({ disabled: undefined })),
});

export const removeRule = defineChangeByName({
  output: ruleView,
  name: 'rules.remove',
  method: 'DELETE',
  path: '/api/rules/:name',
  summary: 'Remove a rule; those of its messages that wait are sent',
  change: async (context, name) => view(context, await context.messageRules.remove(name)),
});

async function update(
  context: Context,
  name: string,
  by: string,
  change: (current: MessageRule) => Pick<MessageRule, 'disabled'>,
): Promise<RuleView> {
  const changed = await context.messageRules.update(name, by, (current) => ({
    ...current,
    ...{ channelId: current.channel.id, name: current.name ?? name },
    ...change(current),
  }));
  return view(context, changed);
}

const view = async (context: Context, rule: MessageRule): Promise<RuleView> =>
  viewRule(rule, await readExistingNames(context));
