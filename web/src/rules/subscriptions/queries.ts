import { queryOptions } from '@tanstack/react-query';
import type { listSubscriptions } from '#src/operations/rules/subscriptions.ts';
import { get } from '../../api/request.ts';

/** The API path of the user's subscription to a channel. */
export const subscriptionAddress = (channel: string) => `/api/subscriptions/${encodeURIComponent(channel)}`;

export const subscriptionsQuery = queryOptions({
  queryKey: ['subscriptions'],
  queryFn: ({ signal }) =>
    get<typeof listSubscriptions>('/api/subscriptions', {
      signal,
    }),
});
