import { monotonicMs } from './clock.ts';
import type { Consequences, FaultKind } from './fault-kind.ts';
import { faultKinds } from './faults.ts';
import type { Harness } from './harness.ts';
import type { RunningRun } from './installation.ts';
import type { Random } from './random.ts';
import { type HarnessEnvironment, pause } from './stores.ts';
import type { WorkerProcess } from './workers.ts';

/** An injected fault. Times: monotonic milliseconds. */
export interface Injection {
  kind: string;
  on: FaultKind['on'];
  mayBreak: Consequences;
  at: number;
  /** When its effect was undone; `at` when there was nothing to undo. */
  undoneAt: number;
  /** The process id, for faults of workers. */
  pid: number | undefined;
  /** Whether another worker process could take over. */
  hasSpareWorker: boolean;
  /** The running runs that it affected. */
  affectedRuns: RunningRun[];
  /** The affected environments. */
  affectedIds: number[];
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
const queryTimeoutMs = 500;

/** Kinds that this harness does not support, with the reasons. */
export function excludedKinds(harness: Harness): { kind: string; reason: string }[] {
  return faultKinds.flatMap(({ name, unsupportedReason }) => {
    const reason = unsupportedReason?.(harness);
    return reason === undefined ? [] : [{ kind: name, reason }];
  });
}

/**
 * Injects faults of all kinds, in a new order for each pass, never two on the same target. Resolves when all are
 * undone.
 */
export async function injectFaults(options: InjectorOptions): Promise<Injection[]> {
  const { harness, random, faults, forMs } = options;
  const possible = faultKinds
    .filter(({ name }) => options.only?.test(name) ?? true)
    .filter(({ unsupportedReason }) => unsupportedReason?.(harness) === undefined);
  if (possible.length === 0) throw new Error(`No kind of fault is left: ${options.only}`);
  const injections: Injection[] = [];
  const busy = new Set<unknown>();
  const stops: Promise<void>[] = [];
  /** Environments of the second installation, which no fault waits for. */
  const endingEmbedded: Promise<void>[] = [];
  const start = monotonicMs();
  const waveFaults: FaultKind[] = [];
  const singleFaults: FaultKind[] = [];
  let running: RunningRun[] = [];

  /** The running runs; when no installation answers, those of a moment ago. */
  async function refreshRunning(): Promise<void> {
    const installations = [harness, ...(harness.embedded ? [harness.embedded] : [])];
    const snapshots = installations.map((each) => {
      const ids = each.environments.map(({ id }) => id);
      const before = running.filter(({ environmentId }) => ids.includes(environmentId));
      return Promise.race([each.running().catch(() => before), pause(queryTimeoutMs).then(() => before)]);
    });
    running = (await Promise.all(snapshots)).flat();
  }

  const isFree = (worker: WorkerProcess) => worker.ready && !busy.has(worker);

  /** One worker is always spared, so that it can take over. */
  function workerToHit(): WorkerProcess | undefined {
    const free = harness.workers.processes.filter(isFree);
    return free.length > 1 || harness.workers.processes.length === 1 ? random.pick(free) : undefined;
  }

  function environmentToHit(): HarnessEnvironment | undefined {
    const free = harness.environments.filter((environment) => !busy.has(environment));
    return random.pick(free.filter(({ id }) => running.some((run) => run.environmentId === id)));
  }

  /** Begins a fault; returns false when it has no target now. */
  function begin(kind: FaultKind): boolean {
    const mainIds = harness.environments.map(({ id }) => id);
    const embeddedIds = harness.embedded?.environments.map(({ id }) => id) ?? [];
    if (kind.on === 'worker') {
      const worker = workerToHit();
      if (!worker) return false;
      const { pid } = worker;
      inject(kind, { target: worker, affectedIds: mainIds, pid }, () => kind.begin(harness, worker, random));
    } else if (kind.on === 'container') {
      const environment = environmentToHit();
      if (!environment) return false;
      inject(kind, { target: environment, affectedIds: [environment.id] }, () =>
        kind.begin(harness, environment, random),
      );
    } else {
      if (busy.has(kind.on)) return false;
      const affectedIds = {
        engine: [...mainIds, ...embeddedIds],
        embedded: embeddedIds,
        postgres: mainIds,
        redis: mainIds,
        disk: mainIds,
      };
      inject(kind, { target: kind.on, affectedIds: affectedIds[kind.on] }, () =>
        kind.begin(harness, undefined, random),
      );
    }
    return true;
  }

  function inject(
    kind: FaultKind,
    { target, affectedIds, pid }: { target: unknown; affectedIds: number[]; pid?: number | undefined },
    work: () => ReturnType<FaultKind['begin']>,
  ): void {
    const at = monotonicMs();
    const hasSpareWorker = harness.workers.processes.some((worker) => worker !== target && isFree(worker));
    const affectedRuns = running.filter((run) =>
      pid === undefined ? affectedIds.includes(run.environmentId) : run.pid === pid,
    );
    const injection: Injection = {
      kind: kind.name,
      on: kind.on,
      mayBreak: kind.mayBreak,
      at,
      undoneAt: at,
      pid,
      hasSpareWorker,
      affectedRuns,
      affectedIds: affectedIds,
    };
    injections.push(injection);
    options.onInjected?.(injection);
    busy.add(target);
    const durationMs = random.between(...(kind.durationMs ?? [0, 0]));
    (kind.on === 'embedded' ? endingEmbedded : stops).push(
      (async () => {
        try {
          const undo = await withTimeout(work());
          if (undo) {
            await pause(durationMs);
            await withTimeout(undo());
          }
        } catch (error) {
          options.onProblem(`"${kind.name}" could not be carried out: ${error}`);
        }
        injection.undoneAt = monotonicMs();
        busy.delete(target);
      })(),
    );
  }

  /**
   * An engine that is killed during a request may never answer it (seen with Docker 20.10). The installation has to
   * cope with a half-done request, and so does the judge.
   */
  function withTimeout<T>(step: Promise<T> | T): Promise<T | undefined> {
    return Promise.race([step, pause(stepMs).then(() => undefined)]);
  }

  /** Begins the next fault of a list that has a target; the list is refilled with all kinds. */
  async function beginNext(list: FaultKind[]): Promise<void> {
    await refreshRunning();
    const next = list.find(begin) ?? refill(list).find(begin);
    if (next) list.splice(list.indexOf(next), 1);
    else await pause(100);
  }

  function refill(list: FaultKind[]): FaultKind[] {
    if (list.length < possible.length) list.push(...random.shuffled(possible));
    return list;
  }

  const isLate = () => monotonicMs() > start + forMs * 2;
  while (injections.length < faults && !isLate()) {
    const wave = injections.length;
    while (injections.length < Math.min(faults, wave + waveSize - 1) && !isLate()) {
      await beginNext(waveFaults);
      await pause(random.between(...gapMs));
    }
    await Promise.all(stops.splice(0));
    if (injections.length < faults) {
      const readyDeadline = monotonicMs() + readyMs;
      while (monotonicMs() < readyDeadline && !harness.workers.processes.every(isFree)) await pause(50);
      const before = injections.length;
      while (injections.length === before && !isLate()) await beginNext(singleFaults);
      await Promise.all(stops.splice(0));
    }
    await pause(Math.max(calmMs, start + (forMs * injections.length) / faults - monotonicMs()));
  }
  await Promise.all(endingEmbedded);
  return injections;
}
