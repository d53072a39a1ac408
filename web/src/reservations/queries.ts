import { queryOptions } from '@tanstack/react-query';
import type { listReservations } from '#src/operations/reservations/reservations.ts';
import { get } from '../api/request.ts';

/** The reservations that have not ended. */
export const reservationsQuery = queryOptions({
  queryKey: ['reservations', 'open'],
  queryFn: ({ signal }) => get<typeof listReservations>('/api/reservations', { signal }),
});

/** The keys of the queries that show reservations. */
export const reservationKeys = [['reservations'], ['overview'], ['environments'], ['environment']];
