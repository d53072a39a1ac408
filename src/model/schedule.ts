import type { Reason } from './run.ts';
import type { Selection } from './selection.ts';

/** What happens in an environment where an earlier run of the schedule is not finished when it is due again. */
export const overlapRules = ['skip', 'queue', 'replace'] as const;
export type OverlapRule = (typeof overlapRules)[number];

/** What happens to times that went by while nobody was there to fire: nothing, or one catch-up for all of them. */
export const missedRules = ['skip', 'once'] as const;
export type MissedRule = (typeof missedRules)[number];

/** A saved selection that is submitted by the clock. */
export interface Schedule {
  id: number;
  /** Unique, whatever its case. */
  name: string;
  /** Five fields, or a nickname such as `@daily`; see `schedule/times.ts`. */
  cron: string;
  /** Of the IANA database, such as `Europe/Berlin`. */
  zone: string;
  /** By code. One that was removed stays here, so that it can be told. */
  environments: { id: number; code: string; removed: boolean }[];
  selection: Selection;
  priority: number;
  overlap: OverlapRule;
  missed: MissedRule;
  /** With `once`: a time that was missed longer ago is not caught up. */
  catchUpMinutes: number;
  pausedAt: Date | undefined;
  /** The first time that has not been dealt with; `undefined` while it is paused. */
  nextAt: Date | undefined;
  /** Grows with every change and firing. */
  revision: number;
  createdBy: string;
  createdAt: Date;
}

export const firingOutcomes = ['fired', 'skipped', 'failed'] as const;
export type FiringOutcome = (typeof firingOutcomes)[number];

/** One time of a schedule, and what became of it. */
export interface Firing {
  id: number;
  scheduleId: number;
  /** `undefined` when somebody fired it by hand. */
  dueAt: Date | undefined;
  firedAt: Date;
  outcome: FiringOutcome;
  /** Who fired it by hand. */
  by: string | undefined;
  /** The runs that it made, in the order of the environments. */
  runs: number[];
  /** Earlier times that went by and that it stands for. */
  missed: number;
  /** Why it was skipped or failed, or did not fire on all of its environments. */
  reason: Reason | undefined;
}

/** How runs of a schedule say who asked for them. */
export const requestedBySchedule = (name: string) => `schedule ${name}`;

/** A name that a schedule can have: it is part of addresses and of `requestedBy`. */
export function isScheduleName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name);
}
