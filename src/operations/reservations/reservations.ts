import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows, ownerOf, type Principal } from '../../model/access.ts';
import { durationText } from '../../model/duration.ts';
import {
  maxReservationAheadMs,
  maxReservationMs,
  maxReservationReasonLength,
  maxWaitMs,
} from '../../model/limits.ts';
import type { Reservation } from '../../model/reservation.ts';
import type { Context } from '../core/context.ts';
import { code, reservationId, runId, shownLine, timeInput } from '../core/fields.ts';
import { idempotent } from '../core/idempotency.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { requestedBy, requesterOf } from '../core/requester.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { showOverview } from '../overview/overview.ts';
import { type ReservationView, reservationView, viewReservation } from './reservation-view.ts';

const maxListed = 200;
const minMs = 1_000;

const reason = shownLine(maxReservationReasonLength);
/** How long a run or reservation may wait, in milliseconds. */
export const waitAtMostMs = z.int().min(minMs).max(maxWaitMs);

export const addReservation = defineOperation({
  name: 'reservations.add',
  method: 'POST',
  path: '/api/reservations',
  summary: 'Reserve an environment for the caller: no other run starts there from its begin to its end',
  role: 'operator',
  audited: ({ environment, afterRun }) => environment ?? `the environment of run ${afterRun}`,
  input: z.object({
    environment: code.optional().describe('By default that of afterRun'),
    afterRun: runId.optional().describe('It begins when this run has ended, whatever its verdict'),
    beginsAt: timeInput.optional().describe('It begins at this time; by default as soon as it can'),
    endsAt: timeInput.optional().describe('Or `durationMs`'),
    durationMs: z.int().min(minMs).max(maxReservationMs).optional().describe('Its length from its begin'),
    reason: reason.describe('Shown wherever runs wait for it'),
    waitAtMostMs: waitAtMostMs
      .optional()
      .describe('It is cancelled when it has not begun this long after it was added, or after `beginsAt`'),
    requestedBy,
  }),
  output: reservationView,
  creates: true,
  run(context, request, { principal, key }) {
    const input = { ...request, requestedBy: requesterOf(principal, request.requestedBy) };
    return idempotent<ReservationView>(
      context,
      { operation: 'reservations.add', input, key, principal },
      async (save) => {
        const { reason, endsAt, beginsAt, ...rest } = input;
        const times = { endsAt: toDate(endsAt), beginsAt: toDate(beginsAt), durationMs: rest.durationMs };
        checkTimes(times, await context.clock());
        const reservation = await context.reservations.create(
          {
            ...{ environmentId: await environmentOf(context, input), reason, ...times },
            ...{ owner: input.requestedBy, ownerKey: ownerOf(principal) },
            ...{ afterRun: rest.afterRun, waitAtMostMs: rest.waitAtMostMs },
          },
          (transaction, created) => save(transaction, viewReservation(created)),
        );
        return viewReservation(reservation);
      },
    );
  },
});

export const listReservations = defineOperation({
  name: 'reservations.list',
  method: 'GET',
  path: '/api/reservations',
  summary: 'List the reservations that have not ended, by environment; or those that have, the newest first',
  role: 'viewer',
  audited: false,
  input: z.object({ state: z.enum(['open', 'ended']).default('open') }),
  output: z.object({
    reservations: z.array(reservationView).describe(`Of those that have ended, at most ${maxListed}`),
  }),
  async run(context, { state }, request) {
    if (state === 'ended') {
      const ended = await context.reservations.ended(maxListed);
      return { reservations: ended.map((each) => viewReservation(each)) };
    }
    // With the forecast of their begins.
    const { lanes } = await showOverview.run(context, {}, request);
    return { reservations: lanes.flatMap(({ reservations }) => reservations) };
  },
});

export const changeReservation = defineOperation({
  name: 'reservations.change',
  method: 'PATCH',
  path: '/api/reservations/:id',
  summary: 'Extend or shorten a reservation, or change its reason; for its owner and administrators',
  role: 'operator',
  audited: ({ id }) => `reservation ${id}`,
  input: z.object({
    id: reservationId,
    reason: reason.optional(),
    endsAt: timeInput.optional().describe('Instead of its end or duration'),
  }),
  output: reservationView,
  async run(context, { id, reason, endsAt }, { principal }) {
    if (reason === undefined && endsAt === undefined)
      throw new Fault('INPUT_INVALID', 'Nothing to change: name a reason or an end.');
    const { beginsAt, begunAt } = await ownReservation(context, id, principal);
    const end = toDate(endsAt);
    if (end) checkTimes({ beginsAt: begunAt ?? beginsAt, endsAt: end }, await context.clock());
    return viewReservation(await context.reservations.change(id, defined({ reason, endsAt: end })));
  },
});

export const endReservation = defineOperation({
  name: 'reservations.end',
  method: 'POST',
  path: '/api/reservations/:id/end',
  summary: 'End a reservation now, or cancel it before it begins; for its owner and administrators',
  role: 'operator',
  audited: ({ id }) => `reservation ${id}`,
  input: z.object({ id: reservationId }),
  output: reservationView,
  async run(context, { id }, { principal }) {
    await ownReservation(context, id, principal);
    return viewReservation(await context.reservations.end(id, principal.name));
  },
});

/**
 * A reservation that a principal may change, and submit runs into: an own one, for an administrator any.
 * Errors: RESERVATION_UNKNOWN, FORBIDDEN.
 */
export async function ownReservation(
  { reservations }: Context,
  id: number,
  principal: Principal,
): Promise<Reservation> {
  const reservation = await reservations.get(id);
  if (allows(principal.role, 'admin') || reservation.ownerKey === ownerOf(principal)) return reservation;
  throw new Fault(
    'FORBIDDEN',
    `Reservation ${id} is of ${reservation.owner}; only its owner and administrators may use or change it.`,
  );
}

const toDate = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

/** Errors: RESERVATION_TIME_INVALID, INPUT_INVALID. */
function checkTimes(
  times: { beginsAt?: Date | undefined; endsAt?: Date | undefined; durationMs?: number | undefined },
  now: Date,
): void {
  const { beginsAt = now, endsAt, durationMs } = times;
  if ((endsAt === undefined) === (durationMs === undefined))
    throw new Fault('INPUT_INVALID', 'Name either an end (endsAt) or a duration (durationMs).');
  const invalid = (message: string) => new Fault('RESERVATION_TIME_INVALID', message);
  if (beginsAt.getTime() - now.getTime() > maxReservationAheadMs) {
    const days = durationText(maxReservationAheadMs);
    throw invalid(`The begin ${beginsAt.toISOString()} is more than ${days} away.`);
  }
  if (endsAt === undefined) return;
  if (endsAt <= now) throw invalid(`The end ${endsAt.toISOString()} has passed.`);
  if (endsAt <= beginsAt)
    throw invalid(`The end ${endsAt.toISOString()} is not after the begin ${beginsAt.toISOString()}.`);
  if (endsAt.getTime() - Math.max(beginsAt.getTime(), now.getTime()) > maxReservationMs)
    throw invalid(
      `From now or its begin to ${endsAt.toISOString()} is more than ${durationText(maxReservationMs)}.`,
    );
}

/** Errors: INPUT_INVALID, ENVIRONMENT_UNKNOWN, RUN_UNKNOWN. */
async function environmentOf(
  context: Context,
  { environment, afterRun }: { environment?: string | undefined; afterRun?: number | undefined },
): Promise<number> {
  const run = afterRun === undefined ? undefined : await context.runs.get(afterRun);
  if (environment === undefined) {
    if (run === undefined)
      throw new Fault('INPUT_INVALID', 'Name an environment, or a run after which its environment is kept.');
    return run.environmentId;
  }
  const { id } = await getEnvironment(context, environment);
  if (run !== undefined && run.environmentId !== id) {
    const message = `Run ${run.id} is on ${run.environmentCode}, so a reservation of ${environment} cannot follow it.`;
    throw new Fault('INPUT_INVALID', message);
  }
  return id;
}
