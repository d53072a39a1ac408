import type { ReservationFacts } from '../../model/message-facts.ts';

/** The facts of a reservation with their headline. Times are in UTC, because a message has readers in several time zones. */
export function reservationFacts(
  phase: ReservationFacts['phase'],
  reservation: ReservationFacts['reservation'],
): ReservationFacts {
  return { kind: 'reservation', phase, headline: headlineOf(phase, reservation), reservation };
}

function headlineOf(
  phase: ReservationFacts['phase'],
  { environment, owner, endsAt }: ReservationFacts['reservation'],
): string {
  const end = endsAt === null ? '' : `${endsAt.slice(0, 16).replace('T', ' ')} UTC`;
  switch (phase) {
    case 'started':
      return `${environment} is reserved for ${owner} until ${end}`;
    case 'near-end':
      return `The reservation of ${environment} for ${owner} ends at ${end}`;
    case 'cancelled':
      return `The reservation of ${environment} for ${owner} could not begin`;
  }
}
