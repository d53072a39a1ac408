import type { FaultCode } from '../faults/fault.ts';
import type { Examined } from './check-context.ts';

/** Something that a check saw. */
export type Finding =
  /** As it should be. */
  | { standing: 'well'; about?: string; found: string }
  /** Could not be looked at; why is in `found`. Nobody knows whether all is well then. */
  | { standing: 'unknown'; about?: string; found: string }
  | Problem;

/** A cause that was proved. A warning keeps nothing from working: it makes another fault worse, should that come. */
export interface Problem {
  standing: 'problem' | 'warning';
  /** The environment, container, worker or server that it is about. */
  about?: string;
  code: FaultCode;
  /** With the names and values that matter. */
  found: string;
  /** The exact command or setting, where it says more than the remedy of the code. */
  remedy?: string;
  /** Mends it, under the same locks as runs, and touches only what is ours. Gives what was done, or why it could not be. */
  heal?(): Promise<string>;
}

/** Looks for one cause, or a small family of them. */
export interface Check {
  /** The cause that it would find, in a few words with dashes. */
  name: string;
  /** What is looked at, as a sentence without a subject: "the ... of ...". */
  looksAt: string;
  /** What people see today when the cause is there, for who looks it up. */
  seenAs: string[];
  /** The codes that it may tell. */
  codes: FaultCode[];
  /** What --fix does about it; absent: nothing. */
  fix?: string;
  /** Rejects only when it could not look. */
  look(examined: Examined): Promise<Finding[]>;
}

export const well = (found: string, about?: string): Finding => ({
  standing: 'well',
  found,
  ...(about !== undefined && { about }),
});

export const unknown = (found: string, about?: string): Finding => ({
  standing: 'unknown',
  found,
  ...(about !== undefined && { about }),
});

export const problem = (
  code: FaultCode,
  found: string,
  more: Omit<Problem, 'standing' | 'code' | 'found'> = {},
): Finding => ({
  standing: 'problem',
  code,
  found,
  ...more,
});

export const warning = (
  code: FaultCode,
  found: string,
  more: Pick<Problem, 'about' | 'remedy'> = {},
): Finding => ({ standing: 'warning', code, found, ...more });

/** All problems, or that there is none. */
export function orWell(problems: Finding[], found: string): Finding[] {
  return problems.length > 0 ? problems : [well(found)];
}
