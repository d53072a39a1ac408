import { useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import type { ReservationView } from '#src/operations/reservations/reservation-view.ts';
import {
  type Announced,
  forgetOwnReservation,
  noteAnnounced,
  ownReservationsText,
  readOwnReservations,
  watchOwnReservations,
} from '../api/own-reservations.ts';
import { addressOf } from '../base-path.ts';
import { reservationsQuery } from '../reservations/queries.ts';
import { clock } from '../ui/format.ts';
import { useNow } from '../ui/now.ts';
import { useNotifications } from './permission.ts';

/** How long before its end the user is notified; of a short reservation, in its last third. */
const beforeEndMs = 10 * 60_000;

/** Shows a desktop notification when a reservation of this browser begins, and shortly before it ends, if the user wants them. */
export function ReservationNotifications() {
  const { state } = useNotifications();
  useSyncExternalStore(watchOwnReservations, ownReservationsText);
  const isNeeded = state === 'on' && readOwnReservations().length > 0;
  return isNeeded ? <Watch /> : null;
}

function Watch() {
  const { data, dataUpdatedAt } = useQuery({ ...reservationsQuery, refetchOnMount: 'always' });
  const [, go] = useLocation();
  const now = useNow(10_000);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each answer and each ten seconds
  useEffect(() => {
    if (data === undefined) return;
    for (const [id, announced] of readOwnReservations()) {
      const reservation = data.reservations.find((each) => each.id === id);
      // An answer that is older than the reservation does not have it yet.
      if (reservation === undefined) {
        if (announced !== 'nothing') forgetOwnReservation(id);
        continue;
      }
      const due = dueAnnouncement(reservation, now);
      if (due === 'nothing' || (due === 'begin' && announced !== 'nothing')) continue;
      if (noteAnnounced(id, due)) announce(reservation, due, go);
    }
  }, [dataUpdatedAt, now]);
  return null;
}

function dueAnnouncement({ begunAt, endsAt }: ReservationView, now: Date): Announced {
  if (begunAt === null || endsAt === null) return 'nothing';
  const [begin, end] = [Date.parse(begunAt), Date.parse(endsAt)];
  return now.getTime() >= end - Math.min(beforeEndMs, (end - begin) / 3) ? 'end' : 'begin';
}

function announce(
  { id, environment, reason, endsAt }: ReservationView,
  due: Announced,
  go: (path: string) => void,
): void {
  const end = clock(new Date(endsAt ?? 0));
  const title =
    due === 'begin'
      ? `${environment} is reserved for you until ${end}`
      : `The reservation of ${environment} ends at ${end}`;
  // Several tabs show one notification.
  const notification = new Notification(title, {
    body: reason,
    tag: `matre-reservation-${id}-${due}`,
    icon: addressOf('/assets/icon.svg'),
  });
  notification.onclick = () => {
    window.focus();
    go(`/environments/${environment}`);
    notification.close();
  };
}
