import { type FaultCode, isTransient } from '../../src/faults/fault.ts';
import type { Evidence, FinalAttempt, FinalResult, FinalRun, Lifetime } from './evidence.ts';
import { hookViolations } from './judge-hooks.ts';
import { lostRetries, mayRepeat, retriedAfter, rounds } from './judge-retries.ts';
import { shakyTest } from './module.ts';
import { insideReservations } from './reservations.ts';

/** A violation, and its number of occurrences. */
export interface Violation {
  kind:
    | 'lost'
    | 'overlap'
    | 'doubled'
    | 'order'
    | 'late-writer'
    | 'outlived'
    | 'reserved'
    | 'history'
    | 'mistake'
    | 'failed'
    | 'false-pass'
    | 'unexplained'
    | 'file'
    | 'harness';
  message: string;
}

export interface Limits {
  /** How long test processes may outlive a worker that died. */
  deadMs: number;
  /** The same for a worker that hangs. */
  hungMs: number;
  /** How often a run that is broken for a transient reason may be retried. */
  retries: number;
}

/** The outcome of a test with such a result is unknown: another attempt may execute it again. */
const isOpen = ({ status, reason }: FinalResult) =>
  status === 'broken' && reason !== null && isTransient(reason as FaultCode);

/** Judges by the evidence alone: it never asks a worker. */
export function judge(evidence: Evidence, limits: Limits): Violation[] {
  const { lifetimes } = evidence;
  const environments = [...new Set(lifetimes.map(({ environmentId }) => environmentId))];
  const byEnvironment = environments.map((id) =>
    lifetimes.filter((lifetime) => lifetime.environmentId === id),
  );
  return [
    ...lost(evidence),
    ...lostRetries(evidence),
    ...byEnvironment.flatMap(overlaps),
    ...byEnvironment.flatMap(lateWriters),
    ...outOfOrder(evidence),
    ...insideReservations(evidence),
    ...duplicateExecutions(evidence),
    ...inconsistentHistories(evidence, limits),
    ...outlivingProcesses(evidence, limits),
    ...failed(evidence),
    ...falsePasses(evidence),
    ...inconsistencies(evidence),
    ...hookViolations(evidence),
  ];
}

/** Invariant 3. */
function lost({ acknowledged, runs }: Evidence): Violation[] {
  const runById = new Map(runs.map((run) => [run.id, run]));
  const missing = acknowledged
    .filter((id) => !runById.has(id))
    .map((id): Violation => ({ kind: 'lost', message: `run ${id} was acknowledged and is not there` }));
  const open = runs
    .filter(({ state, verdict }) => state !== 'finished' || verdict === null)
    .map(({ id, state }): Violation => ({ kind: 'lost', message: `run ${id} is ${state} in the end` }));
  return [...missing, ...open];
}

/**
 * Invariants 1 and 6: no process of an older run is left when a run starts. For one environment, in the order of the
 * starts.
 */
export function overlaps(lifetimes: Lifetime[]): Violation[] {
  return lifetimes.flatMap((one, index) =>
    lifetimes
      .slice(index + 1)
      .filter((other) => tokenOf(other) !== tokenOf(one) && other.from < one.to)
      .map((other): Violation => {
        const ms = Math.round(Math.min(one.to, other.to) - other.from);
        return {
          kind: 'overlap',
          message: `${describeLifetime(one)} and ${describeLifetime(other)} ran at the same time for ${ms} ms or more`,
        };
      }),
  );
}

/** Invariant 2: the fence of an environment grows with every claim, so the first fence of a run gives its position. */
function outOfOrder({ runs, attempts, lifetimes }: Evidence): Violation[] {
  const first = new Map<number, number>();
  for (const { runId, fence } of [...attempts, ...lifetimes]) {
    first.set(runId, Math.min(fence, first.get(runId) ?? fence));
  }
  const latest = new Map<number, FinalRun>();
  // A run that was submitted into a reservation starts before those that wait for its end.
  return runs
    .filter(({ reservationId }) => reservationId === undefined)
    .sort((a, b) => a.id - b.id)
    .flatMap((run): Violation[] => {
      const before = latest.get(run.environmentId);
      const fence = first.get(run.id);
      if (fence === undefined) return [];
      if (!before || fence > (first.get(before.id) ?? 0)) {
        latest.set(run.environmentId, run);
        return [];
      }
      const message = `run ${run.id} first started before run ${before.id}, which was submitted earlier`;
      return [{ kind: 'order', message }];
    });
}

/** Invariant 5, as seen by the containers: an older fence starts nothing more. */
function lateWriters(lifetimes: Lifetime[]): Violation[] {
  return lifetimes.flatMap((lifetime, index) => {
    const newer = lifetimes.slice(0, index).find(({ fence }) => fence > lifetime.fence);
    return newer
      ? [
          {
            kind: 'late-writer',
            message: `${describeLifetime(lifetime)} started after ${describeLifetime(newer)} had`,
          },
        ]
      : [];
  });
}

/** Invariant 4. */
function duplicateExecutions(evidence: Evidence): Violation[] {
  const { results, lifetimes, attempts } = evidence;
  const settled = new Map<string, FinalResult>();
  const inAttempt = new Map<string, FinalResult>();
  const fences = new Map(attempts.map(({ runId, attempt, fence }) => [`${runId} ${attempt}`, fence]));
  const duplicates: Violation[] = [];
  const enter = (runById: Map<string, FinalResult>, key: string, result: FinalResult) => {
    const earlier = runById.get(key);
    if (earlier && mayRepeat(evidence, earlier, result.attempt)) runById.set(key, result);
    else if (earlier) {
      duplicates.push({ kind: 'doubled', message: `run ${result.runId} has two results of ${result.test}` });
    } else runById.set(key, result);
  };
  for (const result of results) {
    const { runId, test, attempt } = result;
    if (!isOpen(result)) enter(settled, `${runId} ${test}`, result);
    enter(inAttempt, `${runId} ${test} ${fences.get(`${runId} ${attempt}`)}`, result);
  }
  const repeats = lifetimes.flatMap((lifetime): Violation[] => {
    if (lifetime.test === undefined) return [];
    const own = attempts.find(({ runId, fence }) => runId === lifetime.runId && fence === lifetime.fence);
    // Two clocks are compared, which may differ slightly.
    const result = results.find((one) => {
      if (one.runId !== lifetime.runId || one.test !== lifetime.test) return false;
      if (lifetime.from < one.recordedAt + 50) return false;
      if (one.attempt === own?.attempt) return true;
      return !isOpen(one) && !mayRepeat(evidence, one, own?.attempt ?? one.attempt);
    });
    if (!result) return [];
    return [
      {
        kind: 'doubled',
        message: `${describeLifetime(lifetime)} was executed although it had a result (${result.status})`,
      },
    ];
  });
  return [...duplicates, ...repeats];
}

/**
 * The attempts of a run are a consistent history: sequential, each with an end that leads to the next, the last with an
 * end that leads to the verdict; and all processes in a container belong to one of them.
 */
function inconsistentHistories(evidence: Evidence, { retries }: Limits): Violation[] {
  const { runs, attempts, lifetimes } = evidence;
  const runById = new Set(attempts.map(tokenOf));
  const orphans = lifetimes
    .filter((lifetime) => !runById.has(tokenOf(lifetime)))
    .map(
      (lifetime): Violation => ({
        kind: 'history',
        message: `${describeLifetime(lifetime)} belongs to no attempt`,
      }),
    );
  const wrong = runs.flatMap((run) => {
    const history = attempts.filter(({ runId }) => runId === run.id);
    return inconsistenciesIn(run, history, { retries, retried: retriedAfter(evidence, run.id) }).map(
      (inconsistency): Violation => ({ kind: 'history', message: `run ${run.id} ${inconsistency}` }),
    );
  });
  return [...orphans, ...wrong];
}

function inconsistenciesIn(
  { verdict, retryFailed }: FinalRun,
  history: FinalAttempt[],
  { retries, retried }: { retries: number; retried: readonly number[] },
): string[] {
  const inconsistencies: string[] = [];
  const last = history.at(-1);
  history.forEach(({ attempt, fence, outcome }, index) => {
    if (attempt !== index + 1) inconsistencies.push(`has no attempt ${index + 1}`);
    if (index > 0 && fence <= (history[index - 1]?.fence ?? 0)) {
      inconsistencies.push(`has attempt ${attempt} with a fence that is not newer`);
    }
    if (outcome === null) inconsistencies.push(`has attempt ${attempt} without an end`);
  });
  // The last attempt of each round may end in any way: the next one was requested by a user.
  for (const round of rounds(history, retried)) {
    const earlier = round.slice(0, -1);
    for (const { attempt, outcome, reason } of earlier) {
      const leadsOn =
        outcome === 'lost' ||
        outcome === 'handed-back' ||
        outcome === 'finished' ||
        (outcome === 'broken' && isTransient(reason as FaultCode));
      if (!leadsOn) inconsistencies.push(`went on after attempt ${attempt} was ${outcome}, ${reason}`);
    }
    const times = (kind: FinalAttempt['outcome']) => earlier.filter(({ outcome }) => outcome === kind).length;
    if (times('broken') > retries) inconsistencies.push(`was tried again more than ${retries} times`);
    if (times('finished') > retryFailed) {
      inconsistencies.push(`executed failed tests again more than ${retryFailed} times`);
    }
  }
  const isConclusive = verdict === 'passed' || verdict === 'failed';
  if (isConclusive && last?.outcome !== 'finished') {
    inconsistencies.push(`is ${verdict} after an attempt that was ${last?.outcome}`);
  }
  return inconsistencies;
}

/** Invariant 6. */
function outlivingProcesses(
  { lifetimes, attempts, absences }: Evidence,
  { deadMs, hungMs }: Limits,
): Violation[] {
  const pids = new Map(attempts.map(({ runId, fence, pid }) => [`run-${runId}-${fence}`, pid]));
  return lifetimes.flatMap((lifetime) =>
    absences
      .filter(({ pid }) => pid === pids.get(tokenOf(lifetime)))
      .flatMap(({ kind, from, to }): Violation[] => {
        // Only the time without a worker counts: a worker that is up again ends them itself.
        const outlivedMs = Math.min(lifetime.to, to ?? Infinity) - from;
        if (lifetime.from > (to ?? Infinity) || outlivedMs <= (kind === 'dead' ? deadMs : hungMs)) return [];
        return [
          {
            kind: 'outlived',
            message: `${describeLifetime(lifetime)} lived on for ${Math.round(outlivedMs)} ms after its worker was ${kind}`,
          },
        ];
      }),
  );
}

/** Invariant 9: the tests are correct but for one, so every other failure is one of the infrastructure. */
function failed({ runs, results }: Evidence): Violation[] {
  const shaky = new Set(results.filter(({ test }) => test === shakyTest).map(({ runId }) => runId));
  return [
    ...runs
      .filter(({ id, verdict }) => verdict === 'failed' && !shaky.has(id))
      .map(({ id }): Violation => ({ kind: 'failed', message: `run ${id} is failed` })),
    ...results
      .filter(({ test, status }) => status === 'skipped' || (status === 'failed' && test !== shakyTest))
      .map(
        ({ runId, test, status }): Violation => ({
          kind: 'failed',
          message: `${test} of run ${runId} is ${status}`,
        }),
      ),
  ];
}

/** Every injected fault has a code; an internal error of matre is a violation. */
function inconsistencies({ attempts, results }: Evidence): Violation[] {
  return [...attempts, ...results]
    .filter(({ reason }) => reason === 'INTERNAL')
    .map(({ runId, attempt }) => ({
      kind: 'mistake',
      message: `attempt ${attempt} of run ${runId} is INTERNAL`,
    }));
}

/** Every passed test was executed to its end. */
function falsePasses({ runs, results, planned, lifetimes }: Evidence): Violation[] {
  const completedTests = new Set(
    lifetimes.filter(({ code }) => code === 0).map(({ runId, test }) => `${runId} ${test}`),
  );
  const passedTests = new Set(
    results.filter(({ status }) => status === 'passed').map(({ runId, test }) => `${runId} ${test}`),
  );
  const passedRuns = new Set(runs.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id));
  return [
    ...[...passedTests]
      .filter((key) => !completedTests.has(key))
      .map(
        (key): Violation => ({
          kind: 'false-pass',
          message: `run and test ${key} passed, but never ran to its end`,
        }),
      ),
    ...planned
      .filter(({ runId, test }) => passedRuns.has(runId) && !passedTests.has(`${runId} ${test}`))
      .map(
        ({ runId, test }): Violation => ({
          kind: 'false-pass',
          message: `run ${runId} passed without ${test}`,
        }),
      ),
  ];
}

const tokenOf = ({ runId, fence }: { runId: number; fence: number }) => `run-${runId}-${fence}`;

function describeLifetime({ runId, fence, test, hook, from }: Lifetime): string {
  return `${hook === undefined ? (test ?? 'the generation') : `hook ${hook}`} of run ${runId} (fence ${fence}, at ${(from / 1000).toFixed(3)} s)`;
}
