import type { ReservationView } from '../../operations/reservations/reservation-view.ts';
import { momentText } from '../moment.ts';
import { clean, durationText } from './format.ts';

type Times = Pick<
  ReservationView,
  'state' | 'afterRun' | 'beginsAt' | 'endsAt' | 'endedAt' | 'durationMs' | 'begunAt' | 'expectedBeginAt'
>;

/** When a reservation begins, or has begun: `after run 12`, `when the environment is free`. */
export function beginText({ state, afterRun, beginsAt, begunAt, expectedBeginAt }: Times): string {
  if (begunAt !== null) return momentText(begunAt);
  const parts = [
    ...(afterRun === null ? [] : [`after run ${afterRun}`]),
    ...(Date.parse(beginsAt) > Date.now() ? [`from ${momentText(beginsAt)}`] : []),
    ...(state === 'waiting' ? ['when the environment is free'] : []),
    ...(expectedBeginAt === null ? [] : [`expected ${momentText(expectedBeginAt)}`]),
  ];
  return parts.join(', ');
}

/** When it ends, or has ended. */
export function endText({ endsAt, endedAt, durationMs }: Times): string {
  if (endedAt !== null) return momentText(endedAt);
  return endsAt === null ? `${durationText(durationMs ?? 0)} after it begins` : momentText(endsAt);
}

/** A reservation in a sentence: `Reservation 3 of preprod-us by alice is active until ...`. */
export function reservationSentence(reservation: ReservationView): string {
  const { id, environment, owner, state } = reservation;
  const name = `Reservation ${id} of ${environment} by ${clean(owner)}`;
  if (state === 'active') return `${name} is active until ${endText(reservation)}.`;
  if (state === 'ended' || state === 'cancelled') return `${name} is ${state}.`;
  return `${name} begins ${beginText(reservation)}, and ends ${endText(reservation)}.`;
}
