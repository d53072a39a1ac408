import { type FaultCode, toFault } from '../faults/fault.ts';
import type { CheckContext } from './check-context.ts';

/** One observation of a check. */
export type Finding =
  | { status: 'ok'; about?: string; message: string }
  /** The check could not find out; `message` gives the reason. There may be a problem or none. */
  | { status: 'unknown'; about?: string; message: string }
  | Problem;

/** A proven cause of trouble. A warning breaks nothing now: it makes another fault worse, should that occur. */
export interface Problem {
  status: 'problem' | 'warning';
  /** The environment, container, worker or server concerned. */
  about?: string;
  code: FaultCode;
  /** What is wrong, with the names and values that matter. */
  message: string;
  /** The exact command or setting; by default the remedy of the code. */
  remedy?: string;
  /**
   * Repairs it under the same locks as runs, and touches only what belongs to this installation. Returns a sentence: what was done,
   * or why nothing was.
   */
  repair?(): Promise<string>;
}

/** A finding for the API and the command line. */
export interface FindingReport {
  status: Finding['status'];
  about: string | undefined;
  message: string;
  code: FaultCode | undefined;
  meaning: string | undefined;
  remedy: string | undefined;
  /** Whether `--fix` would repair it. */
  fixable: boolean;
}

/** What a check needs that reads only the database and the lock store. */
export type QuickContext = Pick<
  CheckContext,
  'config' | 'database' | 'locks' | 'workers' | 'allEnvironments'
>;

/** A check that reads only the database and the lock store, so that `matre status` can run it too. */
export type QuickCheck = CheckOf<QuickContext>;

export type Check = CheckOf<CheckContext>;

/** Looks for one cause of trouble, or for a few related ones. */
export interface CheckOf<Context> {
  /** The cause in a few words with dashes. People and programs rely on it. */
  name: string;
  /** What the check says of its result, without a capital letter and a full stop. */
  labels: {
    /** What is checked, for a check that could not find out: `the disk space`. */
    subject: string;
    /** `there is enough disk space` */
    ok: string;
    /** Of one problem or warning; several have their number before it: `a disk is almost full`. */
    problem: string;
  };
  /** What is checked, as a noun phrase: "the free space of ...". */
  description: string;
  /** What users see when the cause is present, for the troubleshooting page. */
  symptoms: string[];
  /** The fault codes that it may report. */
  codes: FaultCode[];
  /** What `--fix` does, as a verb phrase; absent when it does nothing. */
  fix?: string;
  /** Rejects when it cannot find out; `runChecks` turns that into a finding. */
  run(context: Context): Promise<Finding[]>;
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
  details: Omit<Problem, 'status' | 'code' | 'message'> = {},
): Finding => ({
  status: 'problem',
  code,
  message,
  ...details,
});

export const warning = (
  code: FaultCode,
  message: string,
  details: Pick<Problem, 'about' | 'remedy'> = {},
): Finding => ({ status: 'warning', code, message, ...details });

/**
 * The finding of an error, and of what it is about. One with a code of the check is a problem. Any other one kept the check from finding
 * out, and another check reports it.
 */
export function findingOfError(codes: readonly FaultCode[], error: unknown, about?: string): Finding {
  const { code, message } = toFault(error);
  if (!codes.includes(code) && code !== 'INTERNAL') {
    return unknown(`Could not be checked: ${message} (${code})`, about);
  }
  return problem(code, message, about === undefined ? {} : { about });
}

/** The problems, or one `ok` finding with this message when there are none. */
export function problemsOrOk(problems: Finding[], message: string): Finding[] {
  return problems.length > 0 ? problems : [ok(message)];
}
