import type { ChannelKindName } from '../../model/channel.ts';
import type { ChannelKind } from './channel.ts';

/** The kinds of channels, in the order in which the page and `matre channel add --help` list them. */
export const channelKinds: readonly ChannelKind[] = [];

/** The kind with this name; `undefined` for a name that this version does not have, such as one of a newer matre. */
export function channelKind(name: ChannelKindName): ChannelKind | undefined {
  return channelKinds.find(({ kind }) => kind === name);
}
