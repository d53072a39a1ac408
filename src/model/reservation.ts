/**
 * `planned`: its time or its run has not come; `waiting`: it may begin, when the run that executes or the reservation before it ends;
 * `active`: it has begun; `ended`: it had begun; `cancelled`: it ended before it began.
 */
export const reservationStates = ['planned', 'waiting', 'active', 'ended', 'cancelled'] as const;
export type ReservationState = (typeof reservationStates)[number];

/** A time in which an environment is kept for its owner: no run starts there but those that the owner submits into it. */
export interface Reservation {
  id: number;
  environmentId: number;
  /** The code of its environment. */
  environment: string;
  owner: string;
  /** Who may change it, see `ownerOf`. */
  ownerKey: string;
  reason: string;
  state: ReservationState;
  /** It is the reservation in force of its environment: runs wait for its end, also before it has begun. */
  inForce: boolean;
  /** It does not begin before this time. */
  beginsAt: Date;
  /** It does not begin before this run has ended. */
  afterRun: number | undefined;
  /** `undefined` until it begins, when it has a duration instead of an end. */
  endsAt: Date | undefined;
  durationMs: number | undefined;
  /** It is cancelled when it has not begun by then. */
  waitUntil: Date | undefined;
  begunAt: Date | undefined;
  endedAt: Date | undefined;
  /** Who ended it before its end. */
  endedBy: string | undefined;
  /** Why it was cancelled before it began, or ended before its end, unless a user did so. */
  endReason: string | undefined;
  createdAt: Date;
}

/** How long before its end the owner hears of it, in milliseconds; of a short one, in its last third. */
export const announcedBeforeMs = 10 * 60_000;
