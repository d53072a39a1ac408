/**
 * A small model of claim, lease, fence, lock and container for one environment: two workers, two runs. Every order of
 * their steps is explored, with workers that are killed or stopped between any two steps and continue later, and with a
 * lock store that loses all its data. Each switch removes one guard.
 */
export interface Variant {
  /**
   * One statement decides by a snapshot from before its lock; two decide by the state while the environment is locked.
   */
  claim: 'two statements' | 'one statement';
  /** The source of fences: one that loses its data begins again with 1. */
  fenceFrom: 'database' | 'lock store';
  /** Whether the end of a run is written only with the fence of its claim. */
  finish: 'fenced' | 'unfenced';
  /** Whether a run first ends processes of older runs in the container. */
  container: 'cleared' | 'unchanged';
  /** Whether the container refuses to start a process for an older fence than it has seen. */
  start: 'fenced' | 'unfenced';
  /** With two hosts, each worker has its own engine, and does not see the container of the other. */
  hosts: 1 | 2;
  /** Whether the supervisor ends tests before the lease of their run, and starts none after it, by its clock. */
  deadline: 'kept' | 'none';
}

export const design: Variant = {
  claim: 'two statements',
  fenceFrom: 'database',
  finish: 'fenced',
  container: 'cleared',
  start: 'fenced',
  // On one host nothing depends on time.
  hosts: 1,
  deadline: 'none',
};

export const onTwoHosts: Variant = { ...design, hosts: 2, deadline: 'kept' };

interface Run {
  state: 'queued' | 'running' | 'finished';
  fence: number;
  /** The owner of the latest claim, and its number: known to the model and to no part of the system. */
  claim: number;
  worker: number;
  /** Whether its first process has started. */
  hasStarted: boolean;
}

interface Worker {
  at: 'idle' | 'selected' | 'claimed' | 'locked' | 'cleared' | 'testing' | 'tested';
  state: 'well' | 'stopped';
  run: number;
  fence: number;
  claim: number;
  /** Runs that its statement saw as queued. */
  snapshot: number[];
}

interface State {
  runs: Run[];
  workers: Worker[];
  /** The owner of the row lock of the environment, -1 for none. */
  rowLock: number;
  fence: number;
  claims: number;
  /** The data of the lock store: the claim of the lock's owner (0: none) and its own counter. */
  lock: number;
  counter: number;
  /** In the container of each host: the claims with living processes, and the highest admitted fence. */
  processes: { claim: number; run: number; worker: number; host: number }[];
  admitted: number[];
  /** The remaining numbers of stops, kills and lapses of memory. */
  outages: number;
}

/** Histories end after this number of claims: a worker could be refused indefinitely. */
const maxClaims = 5;

/** A path of steps to a violation. */
export interface Finding {
  message: string;
  path: string[];
}

type Step = { name: string; next: State; violation?: string | undefined };

const resetWorker = (worker: Worker): Worker => ({
  ...worker,
  at: 'idle',
  run: -1,
  fence: 0,
  claim: 0,
  snapshot: [],
});

function start(outages: number): State {
  const run: Run = { state: 'queued', fence: 0, claim: 0, worker: -1, hasStarted: false };
  const worker: Worker = { at: 'idle', state: 'well', run: -1, fence: 0, claim: 0, snapshot: [] };
  return {
    runs: [run, { ...run }],
    workers: [worker, { ...worker }],
    rowLock: -1,
    fence: 0,
    claims: 0,
    lock: 0,
    counter: 0,
    processes: [],
    admitted: [0, 0],
    outages,
  };
}

/** All possible next steps. */
function stepsFrom(state: State, variant: Variant): Step[] {
  const steps: Step[] = [];
  const step = (name: string, change: (next: State) => string | undefined) => {
    const next = structuredClone(state);
    steps.push({ name, violation: change(next), next });
  };
  const queued = state.runs.flatMap((run, id) => (run.state === 'queued' ? [id] : []));
  const hasRunningRun = state.runs.some((run) => run.state === 'running');

  state.workers.forEach((worker, index) => {
    const host = variant.hosts === 2 ? index : 0;
    const admitted = state.admitted[host] ?? 0;
    const ownWorker = (next: State) => next.workers[index] as Worker;
    const ownRun = (next: State) => next.runs[worker.run] as Run;
    const holds = (next: State) => ownRun(next).state === 'running' && ownRun(next).fence === worker.fence;
    const leave = (next: State) => {
      next.workers[index] = resetWorker(ownWorker(next));
    };

    if (worker.state === 'stopped') {
      step(`worker ${index} continues`, (next) => {
        ownWorker(next).state = 'well';
        return undefined;
      });
    } else {
      if (
        worker.at === 'idle' &&
        queued.length > 0 &&
        !hasRunningRun &&
        state.rowLock < 0 &&
        state.claims < maxClaims
      ) {
        step(`worker ${index} selects a run`, (next) => {
          Object.assign(ownWorker(next), { at: 'selected', snapshot: queued });
          if (variant.claim === 'two statements') next.rowLock = index;
          return undefined;
        });
      }
      if (worker.at === 'selected') {
        step(`worker ${index} claims`, (next) => {
          if (next.rowLock === index) next.rowLock = -1;
          const candidates =
            variant.claim === 'two statements' ? (hasRunningRun ? [] : queued) : worker.snapshot;
          const run = candidates.find((id) => next.runs[id]?.state === 'queued');
          if (run === undefined) leave(next);
          else if (hasRunningRun) return 'invariant 1: two runs of the environment are claimed';
          else {
            next.claims += 1;
            const fence = variant.fenceFrom === 'database' ? ++next.fence : ++next.counter;
            Object.assign(ownWorker(next), { at: 'claimed', run, fence, claim: next.claims });
            Object.assign(next.runs[run] as Run, {
              state: 'running',
              fence,
              claim: next.claims,
              worker: index,
            });
          }
          return undefined;
        });
      }
      if (worker.at === 'claimed') {
        step(`worker ${index} requests the lock`, (next) => {
          if (next.lock === 0) {
            next.lock = worker.claim;
            ownWorker(next).at = 'locked';
          } else {
            if (holds(next)) ownRun(next).state = 'queued';
            leave(next);
          }
          return undefined;
        });
      }
      if (worker.at === 'locked') {
        step(`worker ${index} prepares the container`, (next) => {
          if (variant.start === 'fenced' && worker.fence < admitted) leave(next);
          else {
            next.admitted[host] = Math.max(admitted, worker.fence);
            if (variant.container === 'cleared')
              next.processes = next.processes.filter((process) => process.host !== host);
            ownWorker(next).at = 'cleared';
          }
          return undefined;
        });
      }
      if (worker.at === 'cleared') {
        step(`worker ${index} starts a test of run ${worker.run}`, (next) => {
          const isExpired =
            variant.deadline === 'kept' && !(holds(next) && ownRun(next).claim === worker.claim);
          if (isExpired || (variant.start === 'fenced' && worker.fence < admitted)) {
            leave(next);
            return undefined;
          }
          const overlap = next.processes.some(({ claim }) => claim !== worker.claim);
          const isOvertaken = next.runs.some(
            (run, id) => id < worker.run && !run.hasStarted && run.state !== 'finished',
          );
          next.processes.push({ claim: worker.claim, run: worker.run, worker: index, host });
          ownRun(next).hasStarted = true;
          ownWorker(next).at = 'testing';
          if (overlap) return 'invariant 1: tests of two claims run at the same time';
          return isOvertaken ? 'invariant 2: a later run started first' : undefined;
        });
      }
      if (worker.at === 'testing') {
        step(`the test of worker ${index} ends`, (next) => {
          next.processes = next.processes.filter(({ claim }) => claim !== worker.claim);
          ownWorker(next).at = 'tested';
          return undefined;
        });
      }
      if (worker.at === 'tested') {
        step(`worker ${index} finishes run ${worker.run}`, (next) => {
          const allowed = variant.finish === 'fenced' ? holds(next) : ownRun(next).state === 'running';
          const isOutdated = ownRun(next).claim !== worker.claim;
          if (allowed) ownRun(next).state = 'finished';
          if (next.lock === worker.claim) next.lock = 0;
          leave(next);
          return allowed && isOutdated ? 'invariant 5: a write of an older claim was accepted' : undefined;
        });
      }
      if (state.outages > 0 && worker.at !== 'idle') {
        step(`worker ${index} is stopped`, (next) => {
          next.outages -= 1;
          ownWorker(next).state = 'stopped';
          return undefined;
        });
        step(`worker ${index} is killed, and another starts`, (next) => {
          next.outages -= 1;
          if (next.rowLock === index) next.rowLock = -1;
          leave(next);
          return undefined;
        });
      }
    }
    // A server releases the row lock of a silent client.
    if (state.rowLock === index && worker.state === 'stopped') {
      step(`the row lock of worker ${index} ends`, (next) => {
        next.rowLock = -1;
        leave(next);
        return undefined;
      });
    }
  });

  state.runs.forEach((run, id) => {
    const worker = state.workers[run.worker];
    const isRenewable = worker?.claim === run.claim && worker.state === 'well';
    const isTested = state.processes.some(({ claim }) => claim === run.claim);
    if (run.state === 'running' && !isRenewable && !(variant.deadline === 'kept' && isTested)) {
      step(`the lease of run ${id} expires`, (next) => {
        (next.runs[id] as Run).state = 'queued';
        return undefined;
      });
    }
  });
  const lockOwner = state.workers.find(({ claim }) => claim === state.lock);
  if (state.lock !== 0 && lockOwner?.state !== 'well') {
    step('the lock expires', (next) => {
      next.lock = 0;
      return undefined;
    });
  }
  state.processes.forEach(({ claim, worker }) => {
    const alive = state.workers[worker];
    if (alive?.claim === claim && alive.state === 'well') return;
    step('the supervisor ends a test without a worker', (next) => {
      next.processes = next.processes.filter((process) => process.claim !== claim);
      return undefined;
    });
  });
  if (state.outages > 0 && (state.lock !== 0 || state.counter !== 0)) {
    step('the lock store forgets everything', (next) => {
      Object.assign(next, { outages: next.outages - 1, lock: 0, counter: 0 });
      return undefined;
    });
  }
  return steps;
}

/** A reached state, with the path to it. */
interface PathNode {
  state: State;
  name: string;
  from: PathNode | undefined;
}

function pathTo(node: PathNode | undefined): string[] {
  const path: string[] = [];
  for (let at = node; at?.from; at = at.from) path.unshift(at.name);
  return path;
}

/**
 * Explores all states, shortest paths first. Returns the first finding of each kind, and the number of states. A state
 * without a next step and with an unfinished run is a finding as well.
 */
export function explore(variant: Variant, outages: number): { findings: Finding[]; states: number } {
  const findings = new Map<string, Finding>();
  const find = (message: string, at: PathNode) => {
    if (!findings.has(message)) findings.set(message, { message, path: pathTo(at) });
  };
  const first = start(outages);
  const visited = new Set([JSON.stringify(first)]);
  let frontier: PathNode[] = [{ state: first, name: '', from: undefined }];
  while (frontier.length > 0) {
    const nextFrontier: PathNode[] = [];
    for (const from of frontier) {
      const { state } = from;
      const steps = stepsFrom(state, variant);
      const open = state.runs.some((run) => run.state !== 'finished');
      if (steps.length === 0 && open && state.claims < maxClaims)
        find('invariant 3: a run is never finished', from);
      for (const { name, next, violation } of steps) {
        const node = { state: next, name, from };
        // States after a violation prove nothing more.
        if (violation !== undefined) find(violation, node);
        else {
          const key = JSON.stringify(next);
          if (visited.has(key)) continue;
          visited.add(key);
          nextFrontier.push(node);
        }
      }
    }
    frontier = nextFrontier;
  }
  return { findings: [...findings.values()], states: visited.size };
}
