import { monotonicMs } from './clock.ts';
import type { FaultKind } from './fault-kind.ts';
import { faultKinds } from './faults.ts';
import type { Harness } from './harness.ts';
import type { RunningRun } from './installation.ts';
import type { Random } from './random.ts';
import { type HarnessEnvironment, pause } from './stores.ts';
import type { Post } from './workers.ts';

/** An injected fault. Times: monotonic milliseconds. */
export interface Injection {
  kind: string;
  on: FaultKind['on'];
  at: number;
  /** When its effect was undone; `at` when there was nothing to undo. */
  healedAt: number;
  /** The process id, for faults of workers. */
  pid: number | undefined;
  /** Whether another worker process could take over. */
  spare: boolean;
  /** The running runs that it affected. */
  hit: RunningRun[];
  /** The affected environments. */
  reaches: number[];
}

export interface InjectorOptions {
  harness: Harness;
  random: Random;
  /** Number of faults, and the milliseconds for all of them. */
  faults: number;
  forMs: number;
  /** Only kinds whose names match. */
  only?: RegExp | undefined;
  onInjected?(injection: Injection): void;
  onProblem(text: string): void;
}

/**
 * Faults come in waves: nine in quick succession, several at once, and when those are undone a single one, with a calm
 * period after it. The single fault shows how fast things recover; all of them show that they recover.
 */
const waveSize = 10;
/** The minimum calm period after a wave; longer if the pace allows. */
const calmMs = 2_000;
/** Between two faults of a wave. */
const gapMs: [low: number, high: number] = [50, 600];
/** How long the single fault waits for all processes to be up. */
const readyMs = 4_000;

/** Timeout of a step of a fault: the slowest starts an engine. */
const stepMs = 90_000;

/** Timeout of the query for running runs. */
const lookMs = 500;

/** Kinds that this harness does not support, with the reasons. */
export function excluded(harness: Harness): { kind: string; because: string }[] {
  return faultKinds.flatMap(({ name, notBecause }) => {
    const because = notBecause?.(harness);
    return because === undefined ? [] : [{ kind: name, because }];
  });
}

/**
 * Injects faults of all kinds, in a new order for each pass, never two on the same target. Resolves when all are
 * undone.
 */
export async function injectFaults(options: InjectorOptions): Promise<Injection[]> {
  const { harness: world, random, faults, forMs } = options;
  const possible = faultKinds
    .filter(({ name }) => options.only?.test(name) ?? true)
    .filter(({ notBecause }) => notBecause?.(world) === undefined);
  if (possible.length === 0) throw new Error(`No kind of fault is left: ${options.only}`);
  const injections: Injection[] = [];
  const busy = new Set<unknown>();
  const ending: Promise<void>[] = [];
  /** Environments of the second installation, which no fault waits for. */
  const endingBeside: Promise<void>[] = [];
  const start = monotonicMs();
  const inWaves: FaultKind[] = [];
  const alone: FaultKind[] = [];
  let running: RunningRun[] = [];

  /** The running runs; when no installation answers, those of a moment ago. */
  async function look(): Promise<void> {
    const installations = [world, ...(world.embedded ? [world.embedded] : [])];
    const seen = installations.map((each) => {
      const ids = each.environments.map(({ id }) => id);
      const before = running.filter(({ environmentId }) => ids.includes(environmentId));
      return Promise.race([each.running().catch(() => before), pause(lookMs).then(() => before)]);
    });
    running = (await Promise.all(seen)).flat();
  }

  const isFree = (post: Post) => post.ready && !busy.has(post);

  /** One worker is always spared, so that it can take over. */
  function workerToHit(): Post | undefined {
    const free = world.workers.posts.filter(isFree);
    return free.length > 1 || world.workers.posts.length === 1 ? random.pick(free) : undefined;
  }

  function environmentToHit(): HarnessEnvironment | undefined {
    const free = world.environments.filter((environment) => !busy.has(environment));
    return random.pick(free.filter(({ id }) => running.some((run) => run.environmentId === id)));
  }

  /** Begins a fault; returns false when it has no target now. */
  function begin(kind: FaultKind): boolean {
    const here = world.environments.map(({ id }) => id);
    const there = world.embedded?.environments.map(({ id }) => id) ?? [];
    if (kind.on === 'worker') {
      const post = workerToHit();
      if (!post) return false;
      const { pid } = post;
      carryOut(kind, { target: post, reaches: here, pid }, () => kind.begin(world, post, random));
    } else if (kind.on === 'container') {
      const environment = environmentToHit();
      if (!environment) return false;
      carryOut(kind, { target: environment, reaches: [environment.id] }, () =>
        kind.begin(world, environment, random),
      );
    } else {
      if (busy.has(kind.on)) return false;
      const reaches = {
        engine: [...here, ...there],
        embedded: there,
        postgres: here,
        redis: here,
        disk: here,
      };
      carryOut(kind, { target: kind.on, reaches: reaches[kind.on] }, () =>
        kind.begin(world, undefined, random),
      );
    }
    return true;
  }

  function carryOut(
    kind: FaultKind,
    { target, reaches, pid }: { target: unknown; reaches: number[]; pid?: number | undefined },
    work: () => ReturnType<FaultKind['begin']>,
  ): void {
    const at = monotonicMs();
    const spare = world.workers.posts.some((post) => post !== target && isFree(post));
    const hit = running.filter((run) =>
      pid === undefined ? reaches.includes(run.environmentId) : run.pid === pid,
    );
    const injection: Injection = {
      kind: kind.name,
      on: kind.on,
      at,
      healedAt: at,
      pid,
      spare,
      hit,
      reaches,
    };
    injections.push(injection);
    options.onInjected?.(injection);
    busy.add(target);
    const lasts = random.between(...(kind.lasts ?? [0, 0]));
    (kind.on === 'embedded' ? endingBeside : ending).push(
      (async () => {
        try {
          const heal = await inTime(work());
          if (heal) {
            await pause(lasts);
            await inTime(heal());
          }
        } catch (error) {
          options.onProblem(`"${kind.name}" could not be carried out: ${error}`);
        }
        injection.healedAt = monotonicMs();
        busy.delete(target);
      })(),
    );
  }

  /**
   * An engine that is killed during a request may never answer it (seen with Docker 20.10). The installation has to
   * cope with a half-done request, and so does the judge.
   */
  function inTime<T>(step: Promise<T> | T): Promise<T | undefined> {
    return Promise.race([step, pause(stepMs).then(() => undefined)]);
  }

  /** Begins the next fault of a list that has a target; the list is refilled with all kinds. */
  async function beginNext(list: FaultKind[]): Promise<void> {
    await look();
    const next = list.find(begin) ?? refilled(list).find(begin);
    if (next) list.splice(list.indexOf(next), 1);
    else await pause(100);
  }

  function refilled(list: FaultKind[]): FaultKind[] {
    if (list.length < possible.length) list.push(...random.shuffled(possible));
    return list;
  }

  const isLate = () => monotonicMs() > start + forMs * 2;
  while (injections.length < faults && !isLate()) {
    const wave = injections.length;
    while (injections.length < Math.min(faults, wave + waveSize - 1) && !isLate()) {
      await beginNext(inWaves);
      await pause(random.between(...gapMs));
    }
    await Promise.all(ending.splice(0));
    if (injections.length < faults) {
      const patience = monotonicMs() + readyMs;
      while (monotonicMs() < patience && !world.workers.posts.every(isFree)) await pause(50);
      const before = injections.length;
      while (injections.length === before && !isLate()) await beginNext(alone);
      await Promise.all(ending.splice(0));
    }
    await pause(Math.max(calmMs, start + (forMs * injections.length) / faults - monotonicMs()));
  }
  await Promise.all(endingBeside);
  return injections;
}
