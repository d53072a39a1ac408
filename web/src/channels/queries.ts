import { queryOptions } from '@tanstack/react-query';
import type { showChannel } from '#src/operations/channels/channels.ts';
import { get } from '../api/request.ts';

/** The API path of a channel. */
export const channelAddress = (name: string) => `/api/channels/${encodeURIComponent(name)}`;
/** The page path of the form of a channel. */
export const channelPage = (name: string) => `/channels/${encodeURIComponent(name)}/edit`;

export const channelQuery = (name: string) =>
  queryOptions({
    queryKey: ['channels', 'one', name],
    queryFn: ({ signal }) => get<typeof showChannel>(channelAddress(name), { signal }),
  });
