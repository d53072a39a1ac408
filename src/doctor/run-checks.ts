import { withTimeout } from '../async/timeout.ts';
import { type FaultCode, faults, toFault } from '../faults/fault.ts';
import { type Check, type Finding, unknown } from './check.ts';
import type { CheckContext } from './check-context.ts';

/** what a check found, for people and programs. */
export interface CheckReport {
  name: string;
  description: string;
  status: Finding['status'];
  tookMs: number;
  findings: FindingReport[];
  /** What was done about it. */
  selfRepairs: string[];
}

export interface FindingReport {
  status: Finding['status'];
  about: string | undefined;
  message: string;
  code: FaultCode | undefined;
  meaning: string | undefined;
  remedy: string | undefined;
  /** Whether `--fix` would mend it. */
  fixable: boolean;
}

export interface Report {
  /** Every check could look, and there is no problem; there may be warnings. */
  healthy: boolean;
  tookMs: number;
  checks: CheckReport[];
}

/** Carries out all checks side by side. With `fix`, what can be mended safely is mended, and looked at again. */
export async function runChecks(
  checks: readonly Check[],
  checkContext: CheckContext,
  { fix }: { fix: boolean },
): Promise<Report> {
  const startedAt = performance.now();
  const reports = await Promise.all(checks.map((check) => carryOut(check, checkContext)));
  if (fix) {
    // One after the other: what one check mends another may have found as well.
    for (const [index, { findings }] of reports.entries()) {
      const check = checks[index];
      const selfRepairs = check && (await repair(findings));
      if (check && selfRepairs?.length)
        reports[index] = { ...(await carryOut(check, checkContext)), selfRepairs };
    }
  }
  return {
    healthy: reports.every(({ status }) => status === 'ok' || status === 'warning'),
    tookMs: Math.round(performance.now() - startedAt),
    checks: reports.map(({ findings, ...rest }) => ({ ...rest, findings: findings.map(report) })),
  };
}

type Found = Omit<CheckReport, 'findings'> & { findings: Finding[] };

async function carryOut(check: Check, checkContext: CheckContext): Promise<Found> {
  const startedAt = performance.now();
  const findings = await inTime(check, checkContext);
  return {
    name: check.name,
    description: check.description,
    status: worst(findings),
    tookMs: Math.round(performance.now() - startedAt),
    findings,
    selfRepairs: [],
  };
}

async function inTime(check: Check, checkContext: CheckContext): Promise<Finding[]> {
  const { timeoutMs } = checkContext.config.doctor;
  try {
    return await withTimeout(
      timeoutMs,
      () => check.run(checkContext),
      () => [unknown(`There was no answer within ${timeoutMs / 1000} s.`)],
    );
  } catch (error) {
    return [notLooked(check, error)];
  }
}

/** What a check may tell is what it found; anything else kept it from looking, and another check tells it. */
function notLooked(check: Check, error: unknown): Finding {
  const { code, message } = toFault(error);
  if (check.codes.includes(code) || code === 'INTERNAL') return { status: 'problem', code, message };
  return { status: 'unknown', message: `It could not be looked at: ${message} (${code})` };
}

/** Gives what was done. Something that cannot be mended keeps nobody from mending the rest. */
async function repair(findings: Finding[]): Promise<string[]> {
  const done: string[] = [];
  for (const finding of findings) {
    if (!('repair' in finding) || !finding.repair) continue;
    done.push(await finding.repair().catch((error) => `Not mended: ${toFault(error).message}`));
  }
  return done;
}

function worst(findings: Finding[]): Finding['status'] {
  const worstFirst = ['problem', 'unknown', 'warning'] as const;
  return worstFirst.find((each) => findings.some(({ status }) => status === each)) ?? 'ok';
}

function report(finding: Finding): FindingReport {
  const { status, about, message } = finding;
  if (!('code' in finding)) {
    const nothing = { code: undefined, meaning: undefined, remedy: undefined, fixable: false };
    return { status, about, message, ...nothing };
  }
  const { code, remedy, repair: heal } = finding;
  const { meaning, remedy: usual } = faults[code];
  return { status, about, message, code, meaning, remedy: remedy ?? usual, fixable: heal !== undefined };
}
