import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { listAlerts } from '#src/operations/alerts/alerts.ts';
import { get } from '../api/request.ts';

/** The alerts that last, the oldest first. */
export const openAlertsQuery = queryOptions({
  queryKey: ['alerts', 'open'],
  queryFn: ({ signal }) => get<typeof listAlerts>('/api/alerts', { query: { open: 'true' }, signal }),
});

/** All alerts, the newest first. */
export const alertsQuery = (before: string) =>
  queryOptions({
    queryKey: ['alerts', 'all', before],
    queryFn: ({ signal }) => get<typeof listAlerts>('/api/alerts', { query: { before }, signal }),
    placeholderData: keepPreviousData,
  });
