import type { Channel } from '../../model/channel.ts';
import type { RuleChannel } from '../../model/message-rule.ts';
import type { ChannelKind } from '../channels/channel.ts';

/** What rules need to know of a stored channel. */
export function toRuleChannel(
  { id, name, kind, personal, disabled, settings }: Channel,
  { abilities, recipientSetting }: Pick<ChannelKind, 'abilities' | 'recipientSetting'>,
): RuleChannel {
  const recipient = recipientSetting === undefined ? undefined : settings[recipientSetting];
  return {
    ...{ id, name, kind, personal, abilities, disabled: disabled !== undefined },
    defaultRecipient: typeof recipient === 'string' && recipient !== '' ? recipient : undefined,
  };
}
