import { type FaultCode, isTransient } from '../../src/faults/fault.ts';
import type { Evidence, FinalAttempt, FinalResult, FinalRun, Lifetime } from './evidence.ts';

/** A violation, and its number of occurrences. */
export interface Violation {
  kind:
    | 'lost'
    | 'overlap'
    | 'doubled'
    | 'order'
    | 'late-writer'
    | 'outlived'
    | 'history'
    | 'mistake'
    | 'failed'
    | 'false-pass'
    | 'file'
    | 'harness';
  what: string;
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
  const { lifetimes: lives } = evidence;
  const environments = [...new Set(lives.map(({ environmentId }) => environmentId))];
  const byEnvironment = environments.map((id) => lives.filter((lifetime) => lifetime.environmentId === id));
  return [
    ...lost(evidence),
    ...byEnvironment.flatMap(overlaps),
    ...byEnvironment.flatMap(lateWriters),
    ...outOfOrder(evidence),
    ...doubled(evidence),
    ...wrongHistories(evidence, limits),
    ...outlived(evidence, limits),
    ...failed(evidence),
    ...falsePasses(evidence),
    ...mistakes(evidence),
  ];
}

/** Invariant 3. */
function lost({ acknowledged, runs }: Evidence): Violation[] {
  const known = new Map(runs.map((run) => [run.id, run]));
  const missing = acknowledged
    .filter((id) => !known.has(id))
    .map((id): Violation => ({ kind: 'lost', what: `run ${id} was acknowledged and is not there` }));
  const open = runs
    .filter(({ state, verdict }) => state !== 'finished' || verdict === null)
    .map(({ id, state }): Violation => ({ kind: 'lost', what: `run ${id} is ${state} in the end` }));
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
          what: `${say(one)} and ${say(other)} ran at the same time for ${ms} ms or more`,
        };
      }),
  );
}

/** Invariant 2: the fence of an environment grows with every claim, so the first fence of a run gives its position. */
function outOfOrder({ runs, attempts, lifetimes: lives }: Evidence): Violation[] {
  const first = new Map<number, number>();
  for (const { runId, fence } of [...attempts, ...lives]) {
    first.set(runId, Math.min(fence, first.get(runId) ?? fence));
  }
  const latest = new Map<number, FinalRun>();
  return [...runs]
    .sort((a, b) => a.id - b.id)
    .flatMap((run): Violation[] => {
      const before = latest.get(run.environmentId);
      const fence = first.get(run.id);
      if (fence === undefined) return [];
      if (!before || fence > (first.get(before.id) ?? 0)) {
        latest.set(run.environmentId, run);
        return [];
      }
      const what = `run ${run.id} first started before run ${before.id}, which was submitted earlier`;
      return [{ kind: 'order', what }];
    });
}

/** Invariant 5, as seen by the containers: an older fence starts nothing more. */
function lateWriters(lifetimes: Lifetime[]): Violation[] {
  return lifetimes.flatMap((lifetime, index) => {
    const newer = lifetimes.slice(0, index).find(({ fence }) => fence > lifetime.fence);
    return newer ? [{ kind: 'late-writer', what: `${say(lifetime)} started after ${say(newer)} had` }] : [];
  });
}

/** Invariant 4. */
function doubled({ results, lifetimes: lives, attempts }: Evidence): Violation[] {
  const settled = new Map<string, FinalResult>();
  const inAttempt = new Map<string, FinalResult>();
  const fences = new Map(attempts.map(({ runId, attempt, fence }) => [`${runId} ${attempt}`, fence]));
  const twice: Violation[] = [];
  const enter = (known: Map<string, FinalResult>, key: string, result: FinalResult) => {
    if (known.has(key)) {
      twice.push({ kind: 'doubled', what: `run ${result.runId} has two results of ${result.test}` });
    } else known.set(key, result);
  };
  for (const result of results) {
    const { runId, test, attempt } = result;
    if (!isOpen(result)) enter(settled, `${runId} ${test}`, result);
    enter(inAttempt, `${runId} ${test} ${fences.get(`${runId} ${attempt}`)}`, result);
  }
  const again = lives.flatMap((lifetime): Violation[] => {
    if (lifetime.test === undefined) return [];
    const key = `${lifetime.runId} ${lifetime.test}`;
    // Two clocks are compared, which may differ slightly.
    const result = [settled.get(key), inAttempt.get(`${key} ${lifetime.fence}`)].find(
      (one) => one && lifetime.from >= one.recordedAt + 50,
    );
    if (!result) return [];
    return [
      { kind: 'doubled', what: `${say(lifetime)} was executed although it had a result (${result.status})` },
    ];
  });
  return [...twice, ...again];
}

/**
 * The attempts of a run are a history that makes sense: one after the other, each with an end that leads to the next, the last
 * with one that leads to the verdict; and what happened in a container belongs to one of them.
 */
function wrongHistories({ runs, attempts, lifetimes: lives }: Evidence, { retries }: Limits): Violation[] {
  const known = new Set(attempts.map(tokenOf));
  const nobodys = lives
    .filter((lifetime) => !known.has(tokenOf(lifetime)))
    .map((lifetime): Violation => ({ kind: 'history', what: `${say(lifetime)} belongs to no attempt` }));
  const wrong = runs.flatMap((run) => {
    const history = attempts.filter(({ runId }) => runId === run.id);
    return mistakesIn(run, history, retries).map(
      (mistake): Violation => ({ kind: 'history', what: `run ${run.id} ${mistake}` }),
    );
  });
  return [...nobodys, ...wrong];
}

function mistakesIn({ verdict }: FinalRun, history: FinalAttempt[], retries: number): string[] {
  const mistakes: string[] = [];
  const last = history.at(-1);
  const earlier = history.slice(0, -1);
  history.forEach(({ attempt, fence, outcome }, index) => {
    if (attempt !== index + 1) mistakes.push(`has no attempt ${index + 1}`);
    if (index > 0 && fence <= (history[index - 1]?.fence ?? 0)) {
      mistakes.push(`has attempt ${attempt} with a fence that is not newer`);
    }
    if (outcome === null) mistakes.push(`has attempt ${attempt} without an end`);
  });
  for (const { attempt, outcome, reason } of earlier) {
    const leadsOn =
      outcome === 'lost' ||
      outcome === 'handed-back' ||
      (outcome === 'broken' && isTransient(reason as FaultCode));
    if (!leadsOn) mistakes.push(`went on after attempt ${attempt} was ${outcome}, ${reason}`);
  }
  if (earlier.filter(({ outcome }) => outcome === 'broken').length > retries) {
    mistakes.push(`was tried again more than ${retries} times`);
  }
  const good = verdict === 'passed' || verdict === 'failed';
  if (good && last?.outcome !== 'finished') {
    mistakes.push(`is ${verdict} after an attempt that was ${last?.outcome}`);
  }
  return mistakes;
}

/** Invariant 6. */
function outlived(
  { lifetimes: lives, attempts, absences }: Evidence,
  { deadMs, hungMs }: Limits,
): Violation[] {
  const pids = new Map(attempts.map(({ runId, fence, pid }) => [`run-${runId}-${fence}`, pid]));
  return lives.flatMap((lifetime) =>
    absences
      .filter(({ pid }) => pid === pids.get(tokenOf(lifetime)))
      .flatMap(({ kind, from, to }): Violation[] => {
        // Only the time without a worker counts: a worker that is up again ends them itself.
        const over = Math.min(lifetime.to, to ?? Infinity) - from;
        if (lifetime.from > (to ?? Infinity) || over <= (kind === 'dead' ? deadMs : hungMs)) return [];
        return [
          {
            kind: 'outlived',
            what: `${say(lifetime)} lived on for ${Math.round(over)} ms after its worker was ${kind}`,
          },
        ];
      }),
  );
}

/** Invariant 9: the tests themselves are correct, so every failure is one of the infrastructure. */
function failed({ runs, results }: Evidence): Violation[] {
  return [
    ...runs
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ id }): Violation => ({ kind: 'failed', what: `run ${id} is failed` })),
    ...results
      .filter(({ status }) => status === 'failed' || status === 'skipped')
      .map(
        ({ runId, test, status }): Violation => ({
          kind: 'failed',
          what: `${test} of run ${runId} is ${status}`,
        }),
      ),
  ];
}

/** Every injected fault has a code; an internal error of matre is a violation. */
function mistakes({ attempts, results }: Evidence): Violation[] {
  return [...attempts, ...results]
    .filter(({ reason }) => reason === 'INTERNAL')
    .map(({ runId, attempt }) => ({
      kind: 'mistake',
      what: `attempt ${attempt} of run ${runId} is INTERNAL`,
    }));
}

/** Every passed test was executed to its end. */
function falsePasses({ runs, results, planned, lifetimes: lives }: Evidence): Violation[] {
  const ended = new Set(lives.filter(({ code }) => code === 0).map(({ runId, test }) => `${runId} ${test}`));
  const passed = new Set(
    results.filter(({ status }) => status === 'passed').map(({ runId, test }) => `${runId} ${test}`),
  );
  const passedRuns = new Set(runs.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id));
  return [
    ...[...passed]
      .filter((key) => !ended.has(key))
      .map(
        (key): Violation => ({
          kind: 'false-pass',
          what: `run and test ${key} passed, but never ran to its end`,
        }),
      ),
    ...planned
      .filter(({ runId, test }) => passedRuns.has(runId) && !passed.has(`${runId} ${test}`))
      .map(
        ({ runId, test }): Violation => ({ kind: 'false-pass', what: `run ${runId} passed without ${test}` }),
      ),
  ];
}

const tokenOf = ({ runId, fence }: { runId: number; fence: number }) => `run-${runId}-${fence}`;

function say({ runId, fence, test, from }: Lifetime): string {
  return `${test ?? 'the generation'} of run ${runId} (fence ${fence}, at ${(from / 1000).toFixed(3)} s)`;
}
