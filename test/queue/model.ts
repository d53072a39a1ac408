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
  /** Tests that have a result. */
  done: Set<string>;
}

/** The claim of a worker, which may be outdated. */
export interface ModelClaim {
  run: ModelRun;
  fence: number;
}

export const plan = ['A', 'B'];
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
        done: new Set(),
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
    cancel(run: ModelRun): void {
      run.cancelRequested = true;
      if (run.state === 'queued') requeue(run);
    },
    lose(run: ModelRun): void {
      run.lost += 1;
      if (!run.cancelRequested && run.lost >= maxAttempts)
        Object.assign(run, { state: 'finished', verdict: 'broken' });
      else requeue(run);
    },
  };
}
