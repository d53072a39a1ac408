import { z } from 'zod';
import { channelKind } from '../../messages/channels/registry.ts';
import { type Channel, channelKindNames } from '../../model/channel.ts';
import type { ChannelSummary } from '../../store/tables/messages.ts';
import { time } from '../core/fields.ts';
import { reasonView } from '../core/views.ts';
import { fieldNamesOf, fieldValue } from './channel-fields.ts';

export const channelView = z.object({
  id: z.number(),
  name: z.string(),
  kind: z.enum(channelKindNames),
  settings: z.record(z.string(), fieldValue),
  secrets: z
    .record(z.string(), z.boolean())
    .describe('Which secrets are stored, by field; never their values'),
  personal: z.boolean().describe('Users may subscribe to it for themselves'),
  disabled: z
    .object({ since: time, by: z.string() })
    .nullable()
    .describe('Set while it is switched off: nothing is sent through it'),
  problem: z.string().nullable().describe('Why the receiver refuses messages for good'),
  blockedUntil: time.nullable().describe('The receiver asked for no message before this time'),
  waiting: z.number().describe('Messages that wait to be sent'),
  lastSentAt: time.nullable(),
  lastError: reasonView
    .extend({ at: time })
    .nullable()
    .describe('Of the newest attempt that failed and whose message still waits'),
  createdBy: z.string(),
  createdAt: time,
  changedBy: z.string(),
  changedAt: time,
});
export type ChannelView = z.output<typeof channelView>;

export function viewChannel(channel: Channel, summary: ChannelSummary | undefined): ChannelView {
  const { secretNames, disabled, problem, blockedUntil, revision: _revision, ...rest } = channel;
  const { settings, createdAt, changedAt } = rest;
  const { lastError } = summary ?? {};
  return {
    ...rest,
    settings: settings as ChannelView['settings'],
    secrets: Object.fromEntries(secretFieldsOf(channel).map((name) => [name, secretNames.includes(name)])),
    disabled: disabled ? { since: disabled.since.toISOString(), by: disabled.by } : null,
    problem: problem ?? null,
    blockedUntil: blockedUntil?.toISOString() ?? null,
    waiting: summary?.waiting ?? 0,
    lastSentAt: summary?.lastSentAt?.toISOString() ?? null,
    lastError: lastError ? { ...lastError, at: lastError.at.toISOString() } : null,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}

/** The secrets that the kind has, also those that are not set; of an unknown kind, those that are. */
function secretFieldsOf({ kind, secretNames }: Channel): string[] {
  const schema = channelKind(kind)?.secrets;
  return schema === undefined ? secretNames : fieldNamesOf(schema);
}
