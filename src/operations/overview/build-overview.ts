import { hostname } from 'node:os';
import { lockNames } from '../../locks/lock.ts';
import type { Environment } from '../../model/environment.ts';
import { groupBy } from '../../model/group-by.ts';
import { timeLeft } from '../../model/time-left.ts';
import { explainWaits, forecastStarts, type Occupation, type WorkerPool } from '../../model/waiting.ts';
import type { PoolContainer } from '../../pool/pool.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { Bar, EnvironmentQueue, Progress, WaitingRun } from '../../store/tables/overview.ts';
import { commonWaitReason, type WorkerProcess } from '../../store/tables/workers.ts';
import type { LockStatus } from '../core/status-cache.ts';
import type { BarView, LaneView, OverviewView, QueuedView, RunningView } from './overview-view.ts';

/** What the overview is built from: the results of several queries. */
interface OverviewSources {
  at: Date;
  environments: readonly Environment[];
  bars: readonly Bar[];
  /** The maximum number of finished runs that a lane shows. */
  maxBars: number;
  progress: readonly Progress[];
  expected: ReadonlyMap<number, readonly ExpectedDuration[]>;
  queued: readonly WaitingRun[];
  queues: ReadonlyMap<number, EnvironmentQueue>;
  workers: readonly WorkerProcess[];
  kind: OverviewView['locks']['kind'];
  locks: LockStatus;
  containers: readonly PoolContainer[] | undefined;
}

/** A worker holds the lock for a moment before its run is in state running. */
const claimMs = 5_000;

/** The overview, without the times of its window. */
export function buildOverview(sources: OverviewSources): Omit<OverviewView, 'at' | 'from' | 'to'> {
  const { at, environments, bars, maxBars, progress, expected, queued, queues, workers, containers } =
    sources;
  const replicas = new Map(environments.map(({ id, slots }) => [id, slots]));
  const running = new Map(
    progress.map((each) => [
      each.environmentId,
      viewRunning(each, expected.get(each.runId) ?? [], replicas.get(each.environmentId) ?? 1, at),
    ]),
  );
  const barsOf = groupBy(bars, ({ environmentId }) => environmentId);
  const queueList = [...queues.values()];
  const ages = queueList.flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    lanes: environments.map((environment) => ({
      ...viewLane(environment, barsOf.get(environment.id) ?? [], maxBars),
      running: running.get(environment.id) ?? null,
      queued: queues.get(environment.id)?.queued ?? 0,
    })),
    queue: viewQueue(sources, running),
    queued: {
      runs: queueList.reduce((sum, { queued }) => sum + queued, 0),
      oldestMs: ages.length === 0 ? null : Math.max(0, Math.round(Math.max(...ages))),
    },
    workers: {
      ...workersOf(workers, progress.length),
      lost: workers.length - workers.filter(({ alive }) => alive).length,
    },
    locks: {
      kind: sources.kind,
      reachable: sources.locks.fault === undefined,
      message: sources.locks.fault ?? null,
    },
    containers: containers === undefined ? null : countContainers(containers),
  };

  function viewQueue({ locks }: OverviewSources, running: ReadonlyMap<number, RunningView>): QueuedView[] {
    const occupations = new Map(
      environments.map((environment) => [environment.id, occupation(environment, running, locks, at)]),
    );
    const { slots, busy } = workersOf(workers, progress.length);
    const hasRemoteWorkers = workers.some((worker) => worker.alive && worker.host !== hostname());
    const workerPool: WorkerPool = {
      slots,
      busy,
      locksReachable: locks.fault === undefined,
      engineAnswers: containers !== undefined || hasRemoteWorkers,
      waitsFor: commonWaitReason(workers)?.message,
    };
    const waits = explainWaits(queued, occupations, workerPool, at);
    const starts = forecastStarts(queued, occupations, workerPool, at);
    return queued.map(({ environmentCode, environmentId: _id, expectedMs, ...run }) => {
      const wait = waits.get(run.id);
      return {
        ...run,
        environment: environmentCode,
        queuedAt: run.queuedAt.toISOString(),
        retryAt: run.retryAt?.toISOString() ?? null,
        waits: wait
          ? { ...wait, run: wait.run ?? null }
          : { code: 'starting', message: 'starting', run: null },
        expectedMs: expectedMs === undefined ? null : Math.round(expectedMs),
        expectedStartAt: starts.get(run.id)?.toISOString() ?? null,
      };
    });
  }
}

function viewLane(
  { id, code, name, paused }: Environment,
  bars: readonly Bar[],
  maxBars: number,
): Omit<LaneView, 'running' | 'queued'> {
  const finished = bars.filter(({ state }) => state === 'finished');
  const shown = [...finished.slice(-maxBars), ...bars.filter(({ state }) => state === 'running')];
  return {
    id,
    code,
    name,
    paused: paused === undefined ? null : { since: paused.since.toISOString(), reason: paused.reason },
    bars: shown.map(viewBar),
    more: finished.length > maxBars,
  };
}

function viewBar({ environmentId: _id, ...bar }: Bar): BarView {
  return {
    ...bar,
    phase: bar.phase ?? null,
    verdict: bar.verdict ?? null,
    reason: bar.reason ?? null,
    startedAt: bar.startedAt.toISOString(),
    finishedAt: bar.finishedAt?.toISOString() ?? null,
    commit: bar.commit ?? null,
  };
}

function viewRunning(
  { runId, workerId, counts, open, current }: Progress,
  expected: readonly ExpectedDuration[],
  slots: number,
  at: Date,
): RunningView {
  const { planned } = counts;
  const done = planned - open.length;
  const work = timeLeft({ planned, open, current, expected, slots }, at);
  const share = work?.share ?? (planned === 0 ? 0 : done / planned);
  return {
    id: runId,
    done,
    planned,
    percent: Math.round(share * 100),
    msLeft: work === undefined ? null : Math.round(work.msLeft),
    workerId,
    current: current.map(({ test, suite, startedAt }) => ({
      test,
      suite: suite ?? null,
      startedAt: startedAt.toISOString(),
    })),
  };
}

function occupation(
  { id, paused }: Environment,
  running: ReadonlyMap<number, RunningView>,
  { locks: heldLocks }: LockStatus,
  at: Date,
): Occupation {
  const own = running.get(id);
  const lock = heldLocks.find(({ name }) => name === lockNames.environment(id));
  const isForeign = own === undefined && lock && at.getTime() - lock.since.getTime() > claimMs;
  return {
    paused: paused?.reason,
    running: own && { id: own.id, msLeft: own.msLeft ?? undefined },
    lockedBy: isForeign ? lock.owner : undefined,
  };
}

function workersOf(workers: readonly WorkerProcess[], busy: number) {
  const working = workers.filter((worker) => worker.alive && !worker.stopping);
  return {
    slots: working.reduce((sum, { slots }) => sum + slots, 0),
    busy,
    processes: working.length,
    hosts: new Set(working.map(({ host }) => host)).size,
  };
}

function countContainers(containers: readonly PoolContainer[]): OverviewView['containers'] {
  const stale = containers.filter(({ stale }) => stale !== undefined).length;
  const healthy = containers.filter(({ stale, state }) => stale === undefined && state === 'running').length;
  return { total: containers.length, healthy, stale };
}
