import { monotonicMs } from './clock.ts';
import type { Post } from './crew.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import type { Random } from './random.ts';
import { pause, type RunningRun, type World, type WorldEnvironment } from './world.ts';

/** A fault that was injected. Times: monotonic milliseconds. */
export interface Injection {
  kind: string;
  on: FaultKind['on'];
  at: number;
  /** When what it did was undone; `at` when there was nothing to undo. */
  healedAt: number;
  /** Of the process, for faults of workers. */
  pid: number | undefined;
  /** Whether there was a worker process that could take over. */
  spare: boolean;
  /** What was under way where it hit. */
  hit: RunningRun[];
}

export interface InjectorOptions {
  world: World;
  random: Random;
  /** How many, over how many milliseconds. */
  faults: number;
  forMs: number;
  onInjected?(injection: Injection): void;
  onProblem(text: string): void;
}

/** After all kinds have had their turn. With leases of 3 s everything has recovered by then. */
const calmMs = 9_000;

/**
 * Injects faults of all kinds in turn, in a new order each time, several at once but never two on the same thing. Resolves
 * when all have been undone.
 */
export async function injectFaults(options: InjectorOptions): Promise<Injection[]> {
  const { world, random, faults, forMs } = options;
  const possible = faultKinds.filter((kind) => kind.possible?.(world) ?? true);
  const injections: Injection[] = [];
  const busy = new Set<unknown>();
  const ending: Promise<void>[] = [];
  const start = monotonicMs();
  let waiting: FaultKind[] = [];
  let running: RunningRun[] = [];

  /** All kinds, one of a worker last: how long it takes to recover from that is seen in the calm that follows. */
  function inTurn(): FaultKind[] {
    const kinds = random.shuffled(possible);
    const last = kinds.findLast(({ on }) => on === 'worker');
    return [...kinds.filter((kind) => kind !== last), ...(last ? [last] : [])];
  }

  /** What is under way; while the database does not answer, what was under way a moment ago. */
  async function look(): Promise<void> {
    const late = pause(300).then(() => running);
    running = await Promise.race([world.running().catch(() => running), late]);
  }

  function workerToHit(): Post | undefined {
    return random.pick(world.crew.posts.filter((post) => post.ready && !busy.has(post)));
  }

  function environmentToHit(): WorldEnvironment | undefined {
    const free = world.environments.filter((environment) => !busy.has(environment));
    return random.pick(free.filter(({ id }) => running.some((run) => run.environmentId === id)));
  }

  /** Begins a fault; false when there is nothing that it could hit now. */
  function begin(kind: FaultKind): boolean {
    if (kind.on === 'worker') {
      const post = workerToHit();
      if (!post) return false;
      const hit = running.filter(({ pid }) => pid === post.pid);
      carryOut(kind, post, hit, post.pid, () => kind.begin(world, post));
    } else if (kind.on === 'container') {
      const environment = environmentToHit();
      if (!environment) return false;
      const hit = running.filter(({ environmentId }) => environmentId === environment.id);
      carryOut(kind, environment, hit, undefined, () => kind.begin(world, environment));
    } else {
      if (busy.has(kind.on)) return false;
      carryOut(kind, kind.on, running, undefined, () => kind.begin(world, undefined));
    }
    return true;
  }

  function carryOut(
    kind: FaultKind,
    target: unknown,
    hit: RunningRun[],
    pid: number | undefined,
    work: () => ReturnType<FaultKind['begin']>,
  ): void {
    const at = monotonicMs();
    const spare = world.crew.posts.some((post) => post.ready && post !== target && !busy.has(post));
    const injection: Injection = {
      kind: kind.name,
      on: kind.on,
      at,
      healedAt: at,
      pid,
      spare,
      hit: [...hit],
    };
    injections.push(injection);
    options.onInjected?.(injection);
    busy.add(target);
    const lasts = random.between(...(kind.lasts ?? [0, 0]));
    ending.push(
      (async () => {
        try {
          const heal = await work();
          if (heal) {
            await pause(lasts);
            await heal();
          }
        } catch (error) {
          options.onProblem(`"${kind.name}" could not be carried out: ${error}`);
        }
        injection.healedAt = monotonicMs();
        busy.delete(target);
      })(),
    );
  }

  while (injections.length < faults) {
    const due = start + (forMs * injections.length) / faults;
    await pause(Math.max(0, due - monotonicMs()));
    if (monotonicMs() > start + forMs * 1.5) break;
    await look();
    if (waiting.length === 0) waiting = inTurn();
    const next = waiting.find(begin);
    if (next) {
      waiting = waiting.filter((kind) => kind !== next);
      if (waiting.length === 0) await pause(calmMs);
    } else await pause(100);
  }
  await Promise.all(ending);
  return injections;
}
