import { setTimeout as delay } from 'node:timers/promises';
import { type FaultCode, faults, toFault } from '../faults/fault.ts';
import type { Check, Finding } from './check.ts';
import type { Examined } from './check-context.ts';

/** What a check found, for people and programs. */
export interface CheckReport {
  name: string;
  looksAt: string;
  standing: Finding['standing'];
  tookMs: number;
  findings: FindingReport[];
  /** What was done about it. */
  healed: string[];
}

export interface FindingReport {
  standing: Finding['standing'];
  about: string | undefined;
  found: string;
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
export async function examine(
  checks: readonly Check[],
  examined: Examined,
  { fix }: { fix: boolean },
): Promise<Report> {
  const startedAt = performance.now();
  const reports = await Promise.all(checks.map((check) => carryOut(check, examined)));
  if (fix) {
    // One after the other: what one check mends another may have found as well.
    for (const [index, { findings }] of reports.entries()) {
      const check = checks[index];
      const healed = check && (await heal(findings));
      if (check && healed?.length) reports[index] = { ...(await carryOut(check, examined)), healed };
    }
  }
  return {
    healthy: reports.every(({ standing }) => standing === 'well' || standing === 'warning'),
    tookMs: Math.round(performance.now() - startedAt),
    checks: reports.map(({ findings, ...rest }) => ({ ...rest, findings: findings.map(report) })),
  };
}

type Found = Omit<CheckReport, 'findings'> & { findings: Finding[] };

async function carryOut(check: Check, examined: Examined): Promise<Found> {
  const startedAt = performance.now();
  const findings = await inTime(check, examined);
  return {
    name: check.name,
    looksAt: check.looksAt,
    standing: worst(findings),
    tookMs: Math.round(performance.now() - startedAt),
    findings,
    healed: [],
  };
}

async function inTime(check: Check, examined: Examined): Promise<Finding[]> {
  const over = new AbortController();
  const { timeoutMs } = examined.config.doctor;
  const late = delay(timeoutMs, undefined, { signal: over.signal }).then((): Finding[] => {
    const found = `There was no answer within ${timeoutMs / 1000} s.`;
    return [{ standing: 'unknown', found }];
  });
  try {
    return await Promise.race([check.look(examined), late]);
  } catch (error) {
    return [notLooked(check, error)];
  } finally {
    over.abort();
    late.catch(() => {});
  }
}

/** What a check may tell is what it found; anything else kept it from looking, and another check tells it. */
function notLooked(check: Check, error: unknown): Finding {
  const { code, message } = toFault(error);
  if (check.codes.includes(code) || code === 'INTERNAL') return { standing: 'problem', code, found: message };
  return { standing: 'unknown', found: `It could not be looked at: ${message} (${code})` };
}

/** Gives what was done. Something that cannot be mended keeps nobody from mending the rest. */
async function heal(findings: Finding[]): Promise<string[]> {
  const done: string[] = [];
  for (const finding of findings) {
    if (!('heal' in finding) || !finding.heal) continue;
    done.push(await finding.heal().catch((error) => `Not mended: ${toFault(error).message}`));
  }
  return done;
}

function worst(findings: Finding[]): Finding['standing'] {
  const worstFirst = ['problem', 'unknown', 'warning'] as const;
  return worstFirst.find((each) => findings.some(({ standing }) => standing === each)) ?? 'well';
}

function report(finding: Finding): FindingReport {
  const { standing, about, found } = finding;
  if (!('code' in finding)) {
    const nothing = { code: undefined, meaning: undefined, remedy: undefined, fixable: false };
    return { standing, about, found, ...nothing };
  }
  const { code, remedy, heal } = finding;
  const { meaning, remedy: usual } = faults[code];
  return { standing, about, found, code, meaning, remedy: remedy ?? usual, fixable: heal !== undefined };
}
