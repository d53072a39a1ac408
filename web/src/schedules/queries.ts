import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { DayRule } from '#src/model/schedule.ts';
import type { listSchedules, previewSchedule, showSchedule } from '#src/operations/schedules/schedules.ts';
import { get } from '../api/request.ts';

/** The API path of a schedule. */
export const scheduleAddress = (name: string) => `/api/schedules/${encodeURIComponent(name)}`;
/** The page path of a schedule. */
export const schedulePage = (name: string) => `/schedules/${encodeURIComponent(name)}`;

export const schedulesQuery = queryOptions({
  queryKey: ['schedules', 'all'],
  queryFn: ({ signal }) => get<typeof listSchedules>('/api/schedules', { signal }),
});

export const scheduleQuery = (name: string) =>
  queryOptions({
    queryKey: ['schedules', 'one', name],
    queryFn: ({ signal }) =>
      get<typeof showSchedule>(scheduleAddress(name), { query: { limit: 50 }, signal }),
  });

/** The next times of a cron expression. Keeps the previous ones while the next load. */
export const timesQuery = (cron: string, zone: string, dayRule: DayRule) =>
  queryOptions({
    queryKey: ['schedule times', cron, zone, dayRule],
    queryFn: ({ signal }) =>
      get<typeof previewSchedule>('/api/schedule-times', { query: { cron, zone, dayRule }, signal }),
    enabled: cron.trim() !== '' && zone.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
