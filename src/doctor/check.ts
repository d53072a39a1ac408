import type { FaultCode } from '../faults/fault.ts';
import type { CheckContext } from './check-context.ts';

/** Something that a check saw. */
export type Finding =
  /** As it should be. */
  | { status: 'ok'; about?: string; message: string }
  /** Could not be looked at; why is in `message`. Nobody knows whether all is well then. */
  | { status: 'unknown'; about?: string; message: string }
  | Problem;

/** A cause that was proved. A warning keeps nothing from working: it makes another fault worse, should that come. */
export interface Problem {
  status: 'problem' | 'warning';
  /** The environment, container, worker or server that it is about. */
  about?: string;
  code: FaultCode;
  /** With the names and values that matter. */
  message: string;
  /** The exact command or setting, where it says more than the remedy of the code. */
  remedy?: string;
  /** Mends it, under the same locks as runs, and touches only what is ours. Gives what was done, or why it could not be. */
  repair?(): Promise<string>;
}

/** Looks for one cause, or a small family of them. */
export interface Check {
  /** The cause that it would find, in a few words with dashes. */
  name: string;
  /** What is looked at, as a sentence without a subject: "the ... of ...". */
  description: string;
  /** What people see today when the cause is there, for who looks it up. */
  symptoms: string[];
  /** The codes that it may tell. */
  codes: FaultCode[];
  /** What --fix does about it; absent: nothing. */
  fix?: string;
  /** Rejects when it cannot find out; `runChecks` turns that into a finding. */
  run(context: CheckContext): Promise<Finding[]>;
}

export const ok = (message: string, about?: string): Finding => ({
  status: 'ok',
  message,
  ...(about !== undefined && { about }),
});

export const unknown = (message: string, about?: string): Finding => ({
  status: 'unknown',
  message,
  ...(about !== undefined && { about }),
});

export const problem = (
  code: FaultCode,
  message: string,
  more: Omit<Problem, 'status' | 'code' | 'message'> = {},
): Finding => ({
  status: 'problem',
  code,
  message,
  ...more,
});

export const warning = (
  code: FaultCode,
  message: string,
  more: Pick<Problem, 'about' | 'remedy'> = {},
): Finding => ({ status: 'warning', code, message, ...more });

/** The problems; without any, one finding with this message that all is well. */
export function problemsOrOk(problems: Finding[], message: string): Finding[] {
  return problems.length > 0 ? problems : [ok(message)];
}
