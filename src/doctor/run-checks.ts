import { withTimeout } from '../async/timeout.ts';
import { faults, toFault } from '../faults/fault.ts';
import {
  type Check,
  type CheckOf,
  type Finding,
  type FindingReport,
  findingOfError,
  type QuickCheck,
  type QuickContext,
  unknown,
} from './check.ts';
import type { CheckContext } from './check-context.ts';
import { type FindingGroup, groupFindings } from './group-findings.ts';
import { limitsOf } from './limits.ts';
import { removeTemporaryContainers } from './probes/temporary-container.ts';

/** The findings of a check, for the API and the command line. */
export interface CheckReport {
  name: string;
  /** Its result in a few words: what is fine, what is wrong, or what could not be checked. */
  label: string;
  description: string;
  status: Finding['status'];
  tookMs: number;
  findings: FindingReport[];
  /** The findings as people read them: many with one cause are one group. */
  groups: FindingGroup[];
  /** What `--fix` did. */
  selfRepairs: string[];
}

export interface Report {
  /** Every check completed without a problem; there may be warnings. */
  healthy: boolean;
  tookMs: number;
  checks: CheckReport[];
}

/**
 * Runs all checks concurrently. With `fix`, it then repairs what can be repaired safely, and runs those checks again. Never rejects for a
 * failed check: that is a finding.
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  { fix }: { fix: boolean },
): Promise<Report> {
  const startedAt = performance.now();
  const reports = await runAll(checks, context, { fix });
  await withTimeout(
    limitsOf(context.config).processMs,
    () => removeTemporaryContainers(context),
    () => undefined,
  );
  const environments = new Set(context.environments.map(({ code }) => code));
  return {
    healthy: reports.every(({ status }) => status === 'ok' || status === 'warning'),
    tookMs: Math.round(performance.now() - startedAt),
    checks: reports.map(({ check, findings, ...rest }) => {
      const reported = findings.map(reportFinding);
      const groups = groupFindings(reported, { labels: check.labels, environments });
      return { ...rest, findings: reported, groups };
    }),
  };
}

/**
 * The problems and warnings of checks that read only the database and the lock store, for a status that is asked for often. A check
 * that cannot find out has none. In the order of the checks.
 */
export function findProblems(
  checks: readonly QuickCheck[],
  context: QuickContext,
): Promise<FindingReport[][]> {
  return Promise.all(
    checks.map(async (check) => {
      const findings = await findingsOf(check, context);
      return findings.filter(({ status }) => status === 'problem' || status === 'warning');
    }),
  );
}

/** All findings of one check. Never rejects, see `runChecks`. */
export async function findingsOf<Context extends QuickContext>(
  check: CheckOf<Context>,
  context: Context,
): Promise<FindingReport[]> {
  return (await runWithTimeout(check, context)).map(reportFinding);
}

async function runAll(
  checks: readonly Check[],
  context: CheckContext,
  { fix }: { fix: boolean },
): Promise<CheckResult[]> {
  const reports = await Promise.all(checks.map((check) => runCheck(check, context)));
  if (fix) {
    // One after the other: two checks may have found the same cause.
    for (const [index, { findings }] of reports.entries()) {
      const check = checks[index];
      const selfRepairs = check && (await repair(findings));
      if (check && selfRepairs?.length) reports[index] = { ...(await runCheck(check, context)), selfRepairs };
    }
  }
  return reports;
}

type CheckResult = Omit<CheckReport, 'findings' | 'groups'> & { check: Check; findings: Finding[] };

async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  const startedAt = performance.now();
  const findings = await runWithTimeout(check, context);
  const status = worstStatus(findings);
  return {
    check,
    name: check.name,
    label: labelOf(check, findings, status),
    description: check.description,
    status,
    tookMs: Math.round(performance.now() - startedAt),
    findings,
    selfRepairs: [],
  };
}

async function runWithTimeout<Context extends QuickContext>(
  check: CheckOf<Context>,
  context: Context,
): Promise<Finding[]> {
  const { timeoutMs } = context.config.doctor;
  try {
    return await withTimeout(
      timeoutMs,
      () => check.run(context),
      () => [unknown(`No result within ${timeoutMs / 1000} s.`)],
    );
  } catch (error) {
    return [findingOfError(check.codes, error)];
  }
}

/** Returns a sentence for each repair. A failed repair does not prevent the others. */
async function repair(findings: Finding[]): Promise<string[]> {
  const repairs: string[] = [];
  for (const finding of findings) {
    if (!('repair' in finding) || !finding.repair) continue;
    repairs.push(await finding.repair().catch((error) => `Not repaired: ${toFault(error).message}`));
  }
  return repairs;
}

function labelOf({ labels }: Check, findings: readonly Finding[], status: Finding['status']): string {
  if (status === 'ok') return labels.ok;
  // A bug in the check says nothing of what it looks at.
  const isBug = findings.every((finding) => !('code' in finding) || finding.code === 'INTERNAL');
  return status === 'unknown' || isBug ? labels.subject : labels.problem;
}

function worstStatus(findings: Finding[]): Finding['status'] {
  const worstFirst = ['problem', 'unknown', 'warning'] as const;
  return worstFirst.find((each) => findings.some(({ status }) => status === each)) ?? 'ok';
}

function reportFinding(finding: Finding): FindingReport {
  const { status, about, message } = finding;
  if (!('code' in finding)) {
    return { status, about, message, code: undefined, meaning: undefined, remedy: undefined, fixable: false };
  }
  const { code, repair } = finding;
  const { meaning, remedy } = faults[code];
  return {
    status,
    about,
    message,
    code,
    meaning,
    remedy: finding.remedy ?? remedy,
    fixable: repair !== undefined,
  };
}
