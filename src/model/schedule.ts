import type { Reason } from './run.ts';
import type { RunOptions } from './run-options.ts';
import type { SavedSelection } from './saved-selection.ts';
import type { Selection } from './selection.ts';
import { hiddenCharacter } from './visible-text.ts';

/** What happens in an environment where an earlier run of the schedule is not finished when it is due again. */
export const overlapRules = ['skip', 'queue', 'replace'] as const;
export type OverlapRule = (typeof overlapRules)[number];

/** What happens to times that passed while no scheduler was running: nothing, or one firing for all of them. */
export const missedRules = ['skip', 'once'] as const;
export type MissedRule = (typeof missedRules)[number];

/**
 * How a cron expression with both a day of the month and a day of the week combines them. `vixie`: as Vixie cron, both must match if
 * one of the fields begins with `*` (`*\/2`), else either is enough. `either`: either is always enough; only schedules from before that
 * rule have it, until a user confirms the rule or changes the expression.
 */
export const dayRules = ['vixie', 'either'] as const;
export type DayRule = (typeof dayRules)[number];

/** A selection that is submitted at certain times: its own, or a saved one. */
export interface Schedule {
  id: number;
  /** Unique, ignoring case. */
  name: string;
  /** Five fields, or a nickname such as `@daily`; see `schedule/times.ts`. */
  cron: string;
  /** A name of the IANA database, such as `Europe/Berlin`. */
  zone: string;
  dayRule: DayRule;
  /** Ordered by code. A removed environment stays here, so that it can be reported. */
  environments: { id: number; code: string; removed: boolean }[];
  selection: Selection;
  /** The saved selection whose selection it has, and whether it has its environments, too. */
  saved: ScheduledSelection | undefined;
  /** The project whose `matre.yml` has it; `undefined` when it was made by hand. */
  appliedFrom: string | undefined;
  priority: number;
  /** With `saved`, those of the saved selection count when these request nothing. */
  options: RunOptions;
  /** See `Run.ref`; with `saved`, that of the saved selection counts when there is none. */
  ref: string | undefined;
  overlap: OverlapRule;
  missed: MissedRule;
  /** With `once`: a time that was missed longer ago is not caught up. */
  catchUpMinutes: number;
  pausedAt: Date | undefined;
  /** The first time that was not handled yet; `undefined` while it is paused. */
  nextAt: Date | undefined;
  /** Grows with every change and firing. */
  revision: number;
  createdBy: string;
  createdAt: Date;
}

/** The saved selection of a schedule. */
export interface ScheduledSelection
  extends Pick<SavedSelection, 'id' | 'name' | 'disabled' | 'priority' | 'options' | 'ref'> {
  /** The schedule has its environments, too. */
  providesEnvironments: boolean;
}

export const firingOutcomes = ['fired', 'skipped', 'failed'] as const;
export type FiringOutcome = (typeof firingOutcomes)[number];

/** One time of a schedule, and its outcome. */
export interface Firing {
  id: number;
  scheduleId: number;
  /** `undefined` when a user fired it. */
  dueAt: Date | undefined;
  firedAt: Date;
  outcome: FiringOutcome;
  /** The user who fired it; `undefined` when it was due. */
  by: string | undefined;
  /** The ids of the runs that it submitted, in the order of the environments. */
  runs: number[];
  /** How many earlier times passed that this firing stands for. */
  missed: number;
  /** Why it was skipped or failed, or did not fire on all of its environments. */
  reason: Reason | undefined;
}

/** The `requestedBy` of runs of a schedule. */
export const requestedBySchedule = (name: string) => `schedule ${name}`;

/** Whether a text can be the name of a new schedule: some letters are invisible, such as the filler U+3164. */
export const isNewScheduleName = (name: string) =>
  isScheduleName(name) && hiddenCharacter(name) === undefined;

/** Whether a text can be the name of a schedule, which is part of addresses and of `requestedBy`. */
export function isScheduleName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name);
}
