import type { Evidence } from './evidence.ts';
import type { Injection } from './injector.ts';
import type { Violation } from './judge.ts';

/** A run, an attempt or a test that is broken, and when that was written, in monotonic milliseconds. */
interface Breakage {
  what: string;
  code: string;
  environmentId: number;
  /** Of the worker process that executed it. */
  pid: number | undefined;
  at: number;
  /** When the attempt before it ended, and whether it lost its worker. */
  lastEndedAt: number | undefined;
  isAfterLoss: boolean;
}

/** Times of the database are translated to the monotonic clock, which is read a moment later. */
const clockErrorMs = 50;

/**
 * What a machine may break that is too busy (see `watchStalls`): the supervisor ends tests whose worker sends no heartbeat for 2 s,
 * and another worker takes over a run whose lease of 3 s was not renewed: then its hook is interrupted. None is a fault of matre.
 */
const stallBreaks = { codes: ['RESULT_MISSING', 'WORKER_LOST'], withinMs: 10_000 };

/**
 * A hook that was interrupted, or whose command was killed, breaks its run at the latest when another worker has taken it over: any fault
 * of the environment explains it, at that time or when the worker before was lost: a reservation may keep the run waiting for
 * longer than this between the two. Whether hooks were executed as they should is judged by `hookViolations`.
 */
const hookBreaks = { codes: ['HOOK_INTERRUPTED', 'HOOK_FAILED'], withinMs: 30_000 };

/**
 * All breakages that nothing explains: no injected fault of a kind, in an environment or worker process, and at a time for which the
 * kind declares that code (`mayBreak`), and no stall of the machine.
 */
export function unexplainedBreakages(evidence: Evidence): Violation[] {
  return breakagesWithoutFault(evidence)
    .filter((breakage) => !isOfStall(evidence, breakage))
    .map((breakage) => ({ kind: 'unexplained', message: describe(breakage, evidence.injections) }));
}

/** The number of breakages that only a stall of the machine explains: they prove nothing about matre. */
export function breakagesOfStalls(evidence: Evidence): number {
  return breakagesWithoutFault(evidence).filter((breakage) => isOfStall(evidence, breakage)).length;
}

function breakagesWithoutFault(evidence: Evidence): Breakage[] {
  const { injections } = evidence;
  return breakagesIn(evidence).filter(
    (breakage) => !injections.some((injection) => explains(injection, breakage)),
  );
}

function isOfStall({ stalls }: Evidence, { code, at, lastEndedAt, isAfterLoss }: Breakage): boolean {
  const { codes, withinMs } = stallBreaks;
  const isInStall = (moment: number) =>
    stalls.some(({ from, to }) => from <= moment && moment <= to + withinMs);
  if (code === 'HOOK_INTERRUPTED') return isAfterLoss && isInStall(lastEndedAt ?? at);
  return codes.includes(code) && isInStall(at);
}

function breakagesIn(evidence: Evidence): Breakage[] {
  const { runs, attempts, results } = evidence;
  return runs.flatMap(({ id, environmentId, verdict, reason, finishedAt }): Breakage[] => {
    const history = attempts.filter(({ runId }) => runId === id);
    const broken = results.filter(({ runId, status }) => runId === id && status === 'broken');
    const pidOf = (number: number | undefined) => history.find(({ attempt }) => attempt === number)?.pid;
    const breakage = (
      what: string,
      code: string | null,
      pid: number | undefined,
      at = Number.POSITIVE_INFINITY,
      number: number | undefined,
    ): Breakage => {
      const decidedAt = whenDecided(evidence, { runId: id, code, recordedAt: at });
      const last = history.find(({ attempt }) => attempt + 1 === number);
      const deciding = history.find(({ endedAt = Number.POSITIVE_INFINITY }) => endedAt >= (decidedAt ?? at));
      return {
        what,
        code: code ?? 'without a reason',
        environmentId,
        pid: decidedAt === undefined ? pid : deciding?.pid,
        at: decidedAt ?? at,
        lastEndedAt: last?.endedAt,
        isAfterLoss: last?.outcome === 'lost',
      };
    };
    // A run, and an attempt, that is broken because of its tests has no reason of its own.
    const hasReason = (own: string | null) => own !== null || broken.length === 0;
    return [
      ...(verdict === 'broken' && hasReason(reason)
        ? [breakage(`run ${id}`, reason, history.at(-1)?.pid, finishedAt, history.at(-1)?.attempt)]
        : []),
      ...history
        .filter(({ outcome }) => outcome === 'broken' || outcome === 'lost')
        .filter((attempt) => hasReason(attempt.reason))
        .map(({ attempt, pid, endedAt, ...own }) =>
          breakage(`attempt ${attempt} of run ${id}`, own.reason, pid, endedAt, attempt),
        ),
      ...broken.map(({ test, attempt, recordedAt, ...own }) =>
        breakage(
          `${test} in attempt ${attempt} of run ${id}`,
          own.reason,
          pidOf(attempt),
          recordedAt,
          attempt,
        ),
      ),
    ];
  });
}

/**
 * When the verdict was decided that was recorded at a time: hooks after the tests come between the two, often in another attempt, and no
 * test.
 */
function whenDecided(
  { decisions, lifetimes }: Evidence,
  { runId, code, recordedAt }: { runId: number; code: string | null; recordedAt: number },
): number | undefined {
  const decision = decisions.findLast((one) => one.runId === runId && one.at <= recordedAt);
  if (decision?.code !== code) return undefined;
  const isTestBetween = lifetimes.some(
    (one) => one.runId === runId && one.test !== undefined && one.from > decision.at && one.from < recordedAt,
  );
  return isTestBetween ? undefined : decision.at;
}

function explains({ mayBreak, at, undoneAt, pid, affectedIds }: Injection, breakage: Breakage): boolean {
  if (hookBreaks.codes.includes(breakage.code)) {
    const isInTime = (moment: number | undefined) =>
      moment !== undefined && moment >= at - clockErrorMs && moment <= undoneAt + hookBreaks.withinMs;
    return (
      (isInTime(breakage.at) || isInTime(breakage.lastEndedAt)) &&
      affectedIds.includes(breakage.environmentId)
    );
  }
  const { codes, where, withinS } = mayBreak;
  const isThere = where === 'process' ? pid === breakage.pid : affectedIds.includes(breakage.environmentId);
  const isThen = breakage.at >= at - clockErrorMs && breakage.at <= undoneAt + withinS * 1000 + clockErrorMs;
  return isThere && isThen && (codes as readonly string[]).includes(breakage.code);
}

/** With the latest faults that affected it, to find the cause. */
function describe({ what, code, environmentId, pid, at }: Breakage, injections: Injection[]): string {
  const latest = injections
    .filter((one) => one.at <= at && (one.pid === undefined || one.pid === pid))
    .filter((one) => one.affectedIds.includes(environmentId))
    .slice(-3)
    .map((one) => `"${one.kind}" ${((at - one.undoneAt) / 1000).toFixed(1)} s before`);
  const place = `environment ${environmentId}, process ${pid}, at ${(at / 1000).toFixed(3)} s`;
  return `${what} is ${code} (${place}), which no fault explains; latest: ${latest.join(', ') || 'none'}`;
}
