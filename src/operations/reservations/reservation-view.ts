import { z } from 'zod';
import { type Reservation, reservationStates } from '../../model/reservation.ts';
import { time } from '../core/fields.ts';

export const reservationView = z.object({
  id: z.number(),
  environment: z.string().describe('Code of the environment'),
  owner: z.string(),
  reason: z.string(),
  state: z
    .enum(reservationStates)
    .describe(
      'planned: its time or its run has not come; waiting: it begins when the environment is free; active; ended; cancelled: it ended before it began',
    ),
  beginsAt: time.describe('It does not begin before this time'),
  afterRun: z.number().nullable().describe('It does not begin before this run has ended'),
  endsAt: time.nullable().describe('Null until it begins, when it has a duration instead'),
  durationMs: z.number().nullable(),
  waitUntil: time.nullable().describe('It is cancelled when it has not begun by then'),
  expectedBeginAt: time.nullable().describe('Of one that has not begun; null when it is unknown'),
  begunAt: time.nullable(),
  endedAt: time.nullable(),
  endedBy: z.string().nullable().describe('Who ended or cancelled it before its end'),
  endReason: z
    .string()
    .nullable()
    .describe('Why it was cancelled, or ended before its end, unless a user did so'),
  createdAt: time,
});
export type ReservationView = z.output<typeof reservationView>;

/** `expectedBeginAt`: the forecast of one that has not begun. */
export function viewReservation(reservation: Reservation, expectedBeginAt?: Date): ReservationView {
  const {
    environmentId: _environmentId,
    ownerKey: _ownerKey,
    inForce: _inForce,
    afterRun = null,
    durationMs = null,
    endedBy = null,
    endReason = null,
    beginsAt,
    endsAt,
    waitUntil,
    begunAt,
    endedAt,
    createdAt,
    ...rest
  } = reservation;
  return {
    ...rest,
    afterRun,
    durationMs,
    endedBy,
    endReason,
    beginsAt: beginsAt.toISOString(),
    endsAt: endsAt?.toISOString() ?? null,
    waitUntil: waitUntil?.toISOString() ?? null,
    expectedBeginAt: expectedBeginAt?.toISOString() ?? null,
    begunAt: begunAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
