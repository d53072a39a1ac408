import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { type Channel, channelKindNames } from '../../model/channel.ts';
import { defineChangeByName } from '../core/change-by-name.ts';
import type { Context } from '../core/context.ts';
import { scheduleName as name, newScheduleName as newName } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { changeFields, secretsInput, settingsInput } from './channel-fields.ts';
import { kindOf } from './channel-kinds.ts';
import { type ChannelView, channelView, viewChannel } from './channel-view.ts';

const personal = z.boolean().describe('Users may subscribe to it for themselves');

export const addChannel = defineOperation({
  name: 'channels.add',
  method: 'POST',
  path: '/api/channels',
  summary: 'Add a channel: where messages go',
  role: 'operator',
  audited: ({ name, kind }) => `${name} (${kind})`,
  input: z.object({
    name: newName,
    kind: z.enum(channelKindNames),
    settings: settingsInput.default({}),
    secrets: secretsInput.default({}),
    personal: personal.default(false),
  }),
  output: channelView,
  async run(context, { name, kind, personal, ...changes }, { principal }) {
    const { settings, secrets } = changeFields(kindOf({ name, kind }), changes);
    const fields = { name, kind, settings, secrets, personal, disabled: undefined };
    return view(context, await context.channels.create({ ...fields, createdBy: principal.name }));
  },
});

export const listChannels = defineOperation({
  name: 'channels.list',
  method: 'GET',
  path: '/api/channels',
  summary: 'List the channels, by name',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: z.object({ channels: z.array(channelView) }),
  async run({ channels, messages }) {
    const [all, summaries] = await Promise.all([channels.list(), messages.channelSummaries()]);
    return { channels: all.map((channel) => viewChannel(channel, summaries.get(channel.id))) };
  },
});

export const showChannel = defineOperation({
  name: 'channels.show',
  method: 'GET',
  path: '/api/channels/:name',
  summary: 'Show a channel, and what its receiver said last',
  role: 'viewer',
  audited: false,
  input: z.object({ name }),
  output: channelView,
  run: async (context, { name }) => view(context, await context.channels.get(name)),
});

export const editChannel = defineOperation({
  name: 'channels.edit',
  method: 'PATCH',
  path: '/api/channels/:name',
  summary:
    'Change a channel; unspecified fields are unchanged, and messages that wait are sent with the new ones',
  role: 'operator',
  audited: ({ name, ...changes }) => `${name}: ${changedNames(changes).join(', ')}`,
  input: z.object({
    name,
    rename: newName.optional(),
    settings: settingsInput.optional(),
    secrets: secretsInput.optional(),
    personal: personal.optional(),
  }),
  output: channelView,
  async run(context, { name, rename, personal, ...changes }, { principal }) {
    if (rename === undefined && personal === undefined && Object.keys(defined(changes)).length === 0) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    const changed = await context.channels.update(name, principal.name, (channel, readSecrets) => ({
      name: rename ?? channel.name,
      personal: personal ?? channel.personal,
      disabled: channel.disabled,
      ...changeFields(kindOf(channel), changes, { channel, readSecrets }),
    }));
    return view(context, changed);
  },
});

export const disableChannel = defineChangeByName({
  output: channelView,
  name: 'channels.disable',
  method: 'POST',
  path: '/api/channels/:name/disable',
  summary: 'Switch a channel off: nothing is sent through it, and what waits is given up after a day',
  change: async (context, name, by) => view(context, await context.channels.setDisabled(name, true, by)),
});

export const enableChannel = defineChangeByName({
  output: channelView,
  name: 'channels.enable',
  method: 'POST',
  path: '/api/channels/:name/enable',
  summary: 'Switch a channel on again',
  change: async (context, name, by) => view(context, await context.channels.setDisabled(name, false, by)),
});

export const removeChannel = defineChangeByName({
  output: channelView.extend({
    removedRules: z.array(z.string()).describe('The rules that sent through it'),
    removedSubscriptions: z.number().describe('Number of subscriptions to it'),
  }),
  name: 'channels.remove',
  method: 'DELETE',
  path: '/api/channels/:name',
  summary: 'Remove a channel with its rules and subscriptions; messages that wait are dropped',
  async change({ channels, messageRules }, name) {
    const { id } = await channels.get(name);
    const rules = (await messageRules.list({ subscriptions: true })).filter(
      ({ channel }) => channel.id === id,
    );
    const names = rules.flatMap(({ name }) => name ?? []);
    return {
      ...viewChannel(await channels.remove(name), undefined),
      removedRules: names,
      removedSubscriptions: rules.length - names.length,
    };
  },
});

async function view({ messages }: Context, channel: Channel): Promise<ChannelView> {
  return viewChannel(channel, (await messages.channelSummaries()).get(channel.id));
}

/** The names of the fields that change, those of settings and secrets too: `settings.host, secrets.password`. */
function changedNames(changes: Record<string, unknown>): string[] {
  return Object.entries(defined(changes)).flatMap(([field, value]) =>
    typeof value === 'object' && value !== null
      ? Object.keys(value).map((name) => `${field}.${name}`)
      : [field],
  );
}
