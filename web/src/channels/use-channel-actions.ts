import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import { callApi } from '../api/request.ts';
import { useAction } from '../ui/use-action.ts';
import { channelAddress } from './queries.ts';

const invalidates = [['channels'], ['rules'], ['messages']];

/** Switches a channel off, or on again. */
export function useSwitchChannel({ name, disabled }: Pick<ChannelView, 'name' | 'disabled'>) {
  return useAction({
    run: () => callApi('POST', `${channelAddress(name)}/${disabled ? 'enable' : 'disable'}`),
    successMessage: () => (disabled ? `${name} was switched on.` : `${name} was switched off.`),
    invalidates,
  });
}

export function useRemoveChannel({ name }: Pick<ChannelView, 'name'>) {
  return useAction({
    run: () => callApi('DELETE', channelAddress(name)),
    successMessage: () => `${name} was removed.`,
    invalidates,
  });
}
