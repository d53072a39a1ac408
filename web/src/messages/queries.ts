import { queryOptions } from '@tanstack/react-query';
import type { listChannelKinds } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import type { listChannels } from '#src/operations/channels/channels.ts';
import { get } from '../api/request.ts';

export const channelsQuery = queryOptions({
  queryKey: ['channels', 'all'],
  queryFn: ({ signal }) => get<typeof listChannels>('/api/channels', { signal }),
});

/** The kinds of channels, with their fields. They change with the version of the server. */
export const channelKindsQuery = queryOptions({
  queryKey: ['channel-kinds'],
  queryFn: ({ signal }) => get<typeof listChannelKinds>('/api/channel-kinds', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Channels that tell the state of a commit. They need no rule: they tell all submissions of their projects. */
export const isForge = ({ kind }: Pick<ChannelView, 'kind'>) => kind === 'github' || kind === 'gitlab';
