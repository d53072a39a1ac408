import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { listChannelKinds } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import type { listChannels } from '#src/operations/channels/channels.ts';
import type { listMessages, listSubmissionMessages } from '#src/operations/messages/messages.ts';
import { get } from '../api/request.ts';

/** The API path of a message. */
export const messageAddress = (id: number) => `/api/messages/${id}`;

export interface MessageFilter {
  channel?: string | undefined;
  state?: string | undefined;
  before?: string | undefined;
  limit?: number;
}

export const messagesQuery = (filter: MessageFilter) =>
  queryOptions({
    queryKey: ['messages', 'list', filter],
    queryFn: ({ signal }) =>
      get<typeof listMessages>('/api/messages', {
        query: filter,
        signal,
      }),
    placeholderData: keepPreviousData,
  });

/** What was sent about a submission, and what was not, with the reasons. */
export const submissionMessagesQuery = (id: number) =>
  queryOptions({
    queryKey: ['messages', 'submission', id],
    queryFn: ({ signal }) =>
      get<typeof listSubmissionMessages>(`/api/submissions/${id}/messages`, {
        signal,
      }),
  });

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
