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
  container: 'cleared' | 'as it is';
  /** Whether the container refuses to start a process for an older fence than it has seen. */
  start: 'fenced' | 'unfenced';
  /** With two hosts, each worker has its own engine, and does not see the container of the other. */
  hosts: 1 | 2;
  /** Whether the supervisor ends tests before the lease of their run, and starts none after it, by its clock. */
  deadline: 'kept' | 'none';
}

export const built: Variant = {
  claim: 'two statements',
  fenceFrom: 'database',
  finish: 'fenced',
  container: 'cleared',
  start: 'fenced',
  // On one host nothing depends on time.
  hosts: 1,
  deadline: 'none',
};

export const onTwoHosts: Variant = { ...built, hosts: 2, deadline: 'kept' };

interface Run {
  state: 'queued' | 'running' | 'finished';
  fence: number;
  /** The owner of the latest claim, and its number: known to the model and to no part of the system. */
  claim: number;
  worker: number;
  /** Whether its first process has started. */
  begun: boolean;
}

interface Worker {
  at: 'idle' | 'chosen' | 'claimed' | 'locked' | 'cleared' | 'testing' | 'tested';
  state: 'well' | 'stopped';
  run: number;
  fence: number;
  claim: number;
  /** Runs that its statement saw as queued. */
  saw: number[];
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
  trouble: number;
}

/** Histories end after this number of claims: a worker could be refused for ever. */
const maxClaims = 5;

/** A path of steps to a violation. */
export interface Finding {
  what: string;
  path: string[];
}

type Step = { name: string; next: State; wrong?: string | undefined };

const fresh = (worker: Worker): Worker => ({ ...worker, at: 'idle', run: -1, fence: 0, claim: 0, saw: [] });

function start(trouble: number): State {
  const run: Run = { state: 'queued', fence: 0, claim: 0, worker: -1, begun: false };
  const worker: Worker = { at: 'idle', state: 'well', run: -1, fence: 0, claim: 0, saw: [] };
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
    trouble,
  };
}

/** All possible next steps. */
function stepsFrom(state: State, variant: Variant): Step[] {
  const steps: Step[] = [];
  const step = (name: string, change: (next: State) => string | undefined) => {
    const next = structuredClone(state);
    steps.push({ name, wrong: change(next), next });
  };
  const queued = state.runs.flatMap((run, id) => (run.state === 'queued' ? [id] : []));
  const someRuns = state.runs.some((run) => run.state === 'running');

  state.workers.forEach((worker, me) => {
    const host = variant.hosts === 2 ? me : 0;
    const admitted = state.admitted[host] ?? 0;
    const myself = (next: State) => next.workers[me] as Worker;
    const mine = (next: State) => next.runs[worker.run] as Run;
    const holds = (next: State) => mine(next).state === 'running' && mine(next).fence === worker.fence;
    const leave = (next: State) => {
      next.workers[me] = fresh(myself(next));
    };

    if (worker.state === 'stopped') {
      step(`worker ${me} goes on`, (next) => {
        myself(next).state = 'well';
        return undefined;
      });
    } else {
      if (
        worker.at === 'idle' &&
        queued.length > 0 &&
        !someRuns &&
        state.rowLock < 0 &&
        state.claims < maxClaims
      ) {
        step(`worker ${me} chooses`, (next) => {
          Object.assign(myself(next), { at: 'chosen', saw: queued });
          if (variant.claim === 'two statements') next.rowLock = me;
          return undefined;
        });
      }
      if (worker.at === 'chosen') {
        step(`worker ${me} claims`, (next) => {
          if (next.rowLock === me) next.rowLock = -1;
          const candidates = variant.claim === 'two statements' ? (someRuns ? [] : queued) : worker.saw;
          const run = candidates.find((id) => next.runs[id]?.state === 'queued');
          if (run === undefined) leave(next);
          else if (someRuns) return 'invariant 1: two runs of the environment are claimed';
          else {
            next.claims += 1;
            const fence = variant.fenceFrom === 'database' ? ++next.fence : ++next.counter;
            Object.assign(myself(next), { at: 'claimed', run, fence, claim: next.claims });
            Object.assign(next.runs[run] as Run, { state: 'running', fence, claim: next.claims, worker: me });
          }
          return undefined;
        });
      }
      if (worker.at === 'claimed') {
        step(`worker ${me} asks for the lock`, (next) => {
          if (next.lock === 0) {
            next.lock = worker.claim;
            myself(next).at = 'locked';
          } else {
            if (holds(next)) mine(next).state = 'queued';
            leave(next);
          }
          return undefined;
        });
      }
      if (worker.at === 'locked') {
        step(`worker ${me} makes the container ready`, (next) => {
          if (variant.start === 'fenced' && worker.fence < admitted) leave(next);
          else {
            next.admitted[host] = Math.max(admitted, worker.fence);
            if (variant.container === 'cleared')
              next.processes = next.processes.filter((process) => process.host !== host);
            myself(next).at = 'cleared';
          }
          return undefined;
        });
      }
      if (worker.at === 'cleared') {
        step(`worker ${me} starts a test of run ${worker.run}`, (next) => {
          const isOver = variant.deadline === 'kept' && !(holds(next) && mine(next).claim === worker.claim);
          if (isOver || (variant.start === 'fenced' && worker.fence < admitted)) {
            leave(next);
            return undefined;
          }
          const overlap = next.processes.some(({ claim }) => claim !== worker.claim);
          const overtaken = next.runs.some(
            (run, id) => id < worker.run && !run.begun && run.state !== 'finished',
          );
          next.processes.push({ claim: worker.claim, run: worker.run, worker: me, host });
          mine(next).begun = true;
          myself(next).at = 'testing';
          if (overlap) return 'invariant 1: tests of two claims run at the same time';
          return overtaken ? 'invariant 2: a later run started first' : undefined;
        });
      }
      if (worker.at === 'testing') {
        step(`the test of worker ${me} ends`, (next) => {
          next.processes = next.processes.filter(({ claim }) => claim !== worker.claim);
          myself(next).at = 'tested';
          return undefined;
        });
      }
      if (worker.at === 'tested') {
        step(`worker ${me} finishes run ${worker.run}`, (next) => {
          const allowed = variant.finish === 'fenced' ? holds(next) : mine(next).state === 'running';
          const late = mine(next).claim !== worker.claim;
          if (allowed) mine(next).state = 'finished';
          if (next.lock === worker.claim) next.lock = 0;
          leave(next);
          return allowed && late ? 'invariant 5: a write of an older claim was taken' : undefined;
        });
      }
      if (state.trouble > 0 && worker.at !== 'idle') {
        step(`worker ${me} is stopped`, (next) => {
          next.trouble -= 1;
          myself(next).state = 'stopped';
          return undefined;
        });
        step(`worker ${me} is killed, and another starts`, (next) => {
          next.trouble -= 1;
          if (next.rowLock === me) next.rowLock = -1;
          leave(next);
          return undefined;
        });
      }
    }
    // A server releases the row lock of a silent client.
    if (state.rowLock === me && worker.state === 'stopped') {
      step(`the row lock of worker ${me} ends`, (next) => {
        next.rowLock = -1;
        leave(next);
        return undefined;
      });
    }
  });

  state.runs.forEach((run, id) => {
    const worker = state.workers[run.worker];
    const renewed = worker?.claim === run.claim && worker.state === 'well';
    const isTested = state.processes.some(({ claim }) => claim === run.claim);
    if (run.state === 'running' && !renewed && !(variant.deadline === 'kept' && isTested)) {
      step(`the lease of run ${id} expires`, (next) => {
        (next.runs[id] as Run).state = 'queued';
        return undefined;
      });
    }
  });
  const lockProcess = state.workers.find(({ claim }) => claim === state.lock);
  if (state.lock !== 0 && lockProcess?.state !== 'well') {
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
  if (state.trouble > 0 && (state.lock !== 0 || state.counter !== 0)) {
    step('the lock store forgets everything', (next) => {
      Object.assign(next, { trouble: next.trouble - 1, lock: 0, counter: 0 });
      return undefined;
    });
  }
  return steps;
}

/** A reached state, with the path to it. */
interface Reached {
  state: State;
  name: string;
  from: Reached | undefined;
}

function pathTo(reached: Reached | undefined): string[] {
  const path: string[] = [];
  for (let at = reached; at?.from; at = at.from) path.unshift(at.name);
  return path;
}

/**
 * Explores all states, shortest paths first. Returns the first finding of each kind, and the number of states. A state
 * without a next step and with an unfinished run is a finding as well.
 */
export function explore(variant: Variant, trouble: number): { findings: Finding[]; states: number } {
  const findings = new Map<string, Finding>();
  const find = (what: string, at: Reached) => {
    if (!findings.has(what)) findings.set(what, { what, path: pathTo(at) });
  };
  const first = start(trouble);
  const known = new Set([JSON.stringify(first)]);
  let frontier: Reached[] = [{ state: first, name: '', from: undefined }];
  while (frontier.length > 0) {
    const further: Reached[] = [];
    for (const from of frontier) {
      const { state } = from;
      const steps = stepsFrom(state, variant);
      const open = state.runs.some((run) => run.state !== 'finished');
      if (steps.length === 0 && open && state.claims < maxClaims)
        find('invariant 3: a run is never finished', from);
      for (const { name, next, wrong } of steps) {
        const reached = { state: next, name, from };
        // States after a violation prove nothing more.
        if (wrong !== undefined) find(wrong, reached);
        else {
          const key = JSON.stringify(next);
          if (known.has(key)) continue;
          known.add(key);
          further.push(reached);
        }
      }
    }
    frontier = further;
  }
  return { findings: [...findings.values()], states: known.size };
}
