import type { FaultCode } from '../../src/faults/fault.ts';
import type { Status } from '../../src/model/result.ts';
import type { RunState, Verdict } from '../../src/model/run.ts';

/** The expected behaviour of the queue in its simplest form: lists in memory, sequential operations. */
export interface ModelEnvironment {
  id: number;
  paused: boolean;
  fence: number;
}

export interface ModelRun {
  id: number;
  environment: ModelEnvironment;
  priority: number;
  /** Since 1970. */
  queuedMinute: number;
  state: RunState;
  verdict: Verdict | undefined;
  fence: number | undefined;
  attempt: number;
  lost: number;
  /** The fence of the last write. */
  recordedWith: number | undefined;
  cancelRequested: boolean;
  /** The attempt after which a user last retried it. */
  retriedAfter: number;
  planned: boolean;
  /** Tests that have a result, and are not to be executed again. */
  done: Set<string>;
  /** The status of the last result of each test. */
  last: Map<string, Status>;
  /** How often each test failed since a user last retried the run. */
  failures: Map<string, number>;
}

/** The claim of a worker, which may be outdated. */
export interface ModelClaim {
  run: ModelRun;
  fence: number;
}

export const plan = ['A', 'B'];
/** How often each of them is retried automatically. */
export const retries: Record<string, number> = { A: 0, B: 1 };
export const maxAttempts = 2;

export type Model = ReturnType<typeof createModel>;

export function createModel(environmentIds: number[]) {
  const environments = environmentIds.map((id): ModelEnvironment => ({ id, paused: false, fence: 0 }));
  const runs: ModelRun[] = [];
  const claims: ModelClaim[] = [];

  const ofState = (environment: ModelEnvironment, state: RunState) =>
    runs.filter((run) => run.environment === environment && run.state === state);
  const headOf = (environment: ModelEnvironment) =>
    ofState(environment, 'queued').sort((a, b) => b.priority - a.priority || a.id - b.id)[0];

  function requeue(run: ModelRun): void {
    run.state = run.cancelRequested ? 'finished' : 'queued';
    if (run.cancelRequested) run.verdict = 'cancelled';
  }

  return {
    environments,
    runs,
    claims,
    holds: ({ run, fence }: ModelClaim) => run.state === 'running' && run.fence === fence,

    submit(id: number, environment: ModelEnvironment, priority: number, queuedAt: Date): void {
      runs.push({
        id,
        queuedMinute: Math.floor(queuedAt.getTime() / 60_000),
        environment,
        priority,
        state: 'queued',
        verdict: undefined,
        fence: undefined,
        attempt: 0,
        lost: 0,
        recordedWith: undefined,
        cancelRequested: false,
        retriedAfter: 0,
        planned: false,
        done: new Set(),
        last: new Map(),
        failures: new Map(),
      });
    },
    claim(excluded: ModelEnvironment | undefined): ModelClaim | undefined {
      const heads = environments
        .filter((environment) => !environment.paused && environment !== excluded)
        .filter((environment) => ofState(environment, 'running').length === 0)
        .flatMap((environment) => headOf(environment) ?? []);
      const waiting = (run: ModelRun) => ofState(run.environment, 'queued').length;
      const run = heads.sort(
        (a, b) => a.queuedMinute - b.queuedMinute || waiting(b) - waiting(a) || a.id - b.id,
      )[0];
      if (!run) return undefined;
      run.environment.fence += 1;
      Object.assign(run, { state: 'running', fence: run.environment.fence, attempt: run.attempt + 1 });
      const claim = { run, fence: run.environment.fence };
      claims.push(claim);
      return claim;
    },
    requeue,
    unclaim(run: ModelRun): void {
      run.attempt -= 1;
      requeue(run);
    },
    finish(run: ModelRun, verdict: Verdict): void {
      Object.assign(run, { state: 'finished', verdict });
    },
    record(run: ModelRun, test: string, status: Status): void {
      run.done.add(test);
      run.last.set(test, status);
      if (status === 'failed') run.failures.set(test, (run.failures.get(test) ?? 0) + 1);
    },
    /** The number of tests that are executed again. */
    retryFailed(run: ModelRun): number {
      const repeated = plan.filter((test) => {
        return (
          run.done.has(test) &&
          run.last.get(test) === 'failed' &&
          (run.failures.get(test) ?? 0) <= (retries[test] ?? 0)
        );
      });
      for (const test of repeated) run.done.delete(test);
      if (repeated.length > 0) requeue(run);
      return repeated.length;
    },
    /** The code of the fault; `undefined` when the run was queued. */
    retryByUser(run: ModelRun, now: Date): FaultCode | undefined {
      if (run.state !== 'finished') return 'RUN_NOT_FINISHED';
      const repeated = plan.filter((test) => run.last.get(test) !== 'passed');
      if (run.planned && repeated.length === 0) return 'NOTHING_TO_RETRY';
      for (const test of repeated) run.done.delete(test);
      Object.assign(run, { state: 'queued', verdict: undefined, cancelRequested: false, lost: 0 });
      Object.assign(run, { retriedAfter: run.attempt, failures: new Map() });
      run.queuedMinute = Math.floor(now.getTime() / 60_000);
      return undefined;
    },
    cancel(run: ModelRun): void {
      run.cancelRequested = true;
      if (run.state === 'queued') requeue(run);
    },
    lose(run: ModelRun): void {
      // Its worker had started B.
      if (run.planned && !run.done.has('B')) run.last.set('B', 'broken');
      run.lost += 1;
      if (!run.cancelRequested && run.lost >= maxAttempts)
        Object.assign(run, { state: 'finished', verdict: 'broken' });
      else requeue(run);
    },
  };
}
