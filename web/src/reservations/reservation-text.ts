import type { ReservationView } from '#src/operations/reservations/reservation-view.ts';
import { dayAndClock, duration } from '../ui/format.ts';

type Times = Pick<ReservationView, 'afterRun' | 'beginsAt' | 'begunAt' | 'endsAt' | 'durationMs' | 'state'>;

/** When a reservation begins or has begun, with the day: `after run 12`. */
export function beginText({ afterRun, beginsAt, begunAt, state }: Times): string {
  if (begunAt !== null) return dayAndClock(new Date(begunAt));
  const parts = [
    ...(afterRun === null ? [] : [`after run ${afterRun}`]),
    ...(state === 'planned' && afterRun === null ? [`from ${dayAndClock(new Date(beginsAt))}`] : []),
    ...(state === 'waiting' ? ['when the environment is free'] : []),
  ];
  return parts.join(', ');
}

/** When it ends, with the day, in the time zone of the browser. */
export function endText({ endsAt, durationMs }: Times): string {
  return endsAt === null ? `${duration(durationMs ?? 0)} after it begins` : dayAndClock(new Date(endsAt));
}

/** What users must know who wait for it: `reserved by alice until ...: look at the cart`. */
export function reservationText(reservation: Times & Pick<ReservationView, 'owner' | 'reason'>): string {
  const { owner, reason, begunAt } = reservation;
  const when = begunAt === null ? `, begins ${beginText(reservation)}, ends` : ' until';
  return `reserved by ${owner}${when} ${endText(reservation)}: ${reason}`;
}
