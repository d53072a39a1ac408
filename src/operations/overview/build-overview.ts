import { hostname } from 'node:os';
import { type LockInfo, lockNames } from '../../locks/lock.ts';
import type { Environment } from '../../model/environment.ts';
import { type Forecast, forecastQueues } from '../../model/forecast.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Reservation } from '../../model/reservation.ts';
import { type RunOverhead, timeLeft } from '../../model/time-left.ts';
import { explainWaits, type Occupation, type WorkerPool } from '../../model/waiting.ts';
import type { PoolContainer } from '../../pool/pool.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { LatestRun } from '../../store/tables/latest-runs.ts';
import type { Bar, EnvironmentQueue, Progress, WaitingRun } from '../../store/tables/overview.ts';
import { commonWaitReason, type WorkerProcess } from '../../store/tables/workers.ts';
import type { LockStatus } from '../core/status-cache.ts';
import { viewReservation } from '../reservations/reservation-view.ts';
import type {
  BarView,
  LaneView,
  LatestView,
  OverviewView,
  QueuedView,
  RunningView,
} from './overview-view.ts';

/** What the overview is built from: the results of several queries. */
interface OverviewSources {
  at: Date;
  environments: readonly Environment[];
  bars: readonly Bar[];
  /** The maximum number of finished runs that a lane shows. */
  maxBars: number;
  latest: readonly LatestRun[];
  progress: readonly Progress[];
  expected: ReadonlyMap<number, readonly ExpectedDuration[]>;
  /** By environment. */
  overheads: ReadonlyMap<number, RunOverhead>;
  queued: readonly WaitingRun[];
  queues: ReadonlyMap<number, EnvironmentQueue>;
  /** Those that have not ended, by environment in the order in which they begin. */
  reservations: readonly Reservation[];
  workers: readonly WorkerProcess[];
  lockStoreKind: OverviewView['locks']['kind'];
  locks: LockStatus;
  containers: readonly PoolContainer[] | undefined;
}

/** How long the lock of an environment may be held without a running run before a foreign process counts as its holder: locks and
 * runs are not read at the same moment. */
const lockWithoutRunMs = 5_000;

/** The overview, without the times of its window. */
export function buildOverview(sources: OverviewSources): Omit<OverviewView, 'at' | 'from' | 'to'> {
  const { environments, bars, latest, maxBars, progress, queues, workers, containers } = sources;
  const replicaCounts = new Map(environments.map(({ id, slots }) => [id, slots]));
  const running = new Map(
    progress.map((each) => [
      each.environmentId,
      viewRunning(each, sources, replicaCounts.get(each.environmentId) ?? 1),
    ]),
  );
  const barsOf = groupBy(bars, ({ environmentId }) => environmentId);
  const latestOf = new Map(latest.map((run) => [run.environmentId, viewLatest(run)]));
  const { queue, forecast } = viewQueuedRuns(sources, running);
  const reservationsOf = groupBy(sources.reservations, ({ environmentId }) => environmentId);
  const queueList = [...queues.values()];
  const ages = queueList.flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    lanes: environments.map((environment) => ({
      ...viewLane(environment, barsOf.get(environment.id) ?? [], maxBars),
      running: running.get(environment.id) ?? null,
      queued: queues.get(environment.id)?.queued ?? 0,
      reservations: (reservationsOf.get(environment.id) ?? []).map((each) =>
        viewReservation(each, forecast.begins.get(each.id)),
      ),
      latest: latestOf.get(environment.id) ?? null,
    })),
    queue,
    queued: {
      runs: queueList.reduce((sum, { queued }) => sum + queued, 0),
      oldestMs: ages.length === 0 ? null : Math.max(0, Math.round(Math.max(...ages))),
    },
    workers: {
      ...countWorkers(workers, progress.length),
      lost: workers.length - workers.filter(({ alive }) => alive).length,
    },
    locks: {
      kind: sources.lockStoreKind,
      reachable: sources.locks.fault === undefined,
      message: sources.locks.fault ?? null,
    },
    containers: containers === undefined ? null : countContainers(containers),
  };
}

/** The queued runs, each with why it waits and when it is expected to start; and the forecast. */
function viewQueuedRuns(
  sources: OverviewSources,
  running: ReadonlyMap<number, RunningView>,
): { queue: QueuedView[]; forecast: Forecast } {
  const { at, environments, progress, queued, reservations, workers, locks, containers } = sources;
  const reservationsOf = groupBy(reservations, ({ environmentId }) => environmentId);
  const occupations = new Map(
    environments.map((environment) => [
      environment.id,
      {
        ...viewOccupation(environment, running, locks, at),
        reservations: reservationsOf.get(environment.id),
      },
    ]),
  );
  const { slots, busy } = countWorkers(workers, progress.length);
  const hasRemoteWorkers = workers.some((worker) => worker.alive && worker.host !== hostname());
  const workerPool: WorkerPool = {
    slots,
    busy,
    locksReachable: locks.fault === undefined,
    engineAnswers: containers !== undefined || hasRemoteWorkers,
    waitsFor: commonWaitReason(workers)?.message,
  };
  const waits = explainWaits(queued, occupations, workerPool, at);
  const forecast = forecastQueues(queued, occupations, workerPool, at);
  const queue = queued.map(
    ({ environmentCode, environmentId: _id, expectedMs, startedAt: _startedAt, ...run }): QueuedView => {
      const wait = waits.get(run.id);
      return {
        ...run,
        environment: environmentCode,
        queuedAt: run.queuedAt.toISOString(),
        retryAt: run.retryAt?.toISOString() ?? null,
        startBy: run.startBy?.toISOString() ?? null,
        reservationId: run.reservationId ?? null,
        waits: wait
          ? { ...wait, run: wait.run ?? null }
          : { code: 'starting', message: 'starting', run: null },
        expectedMs: expectedMs === undefined ? null : Math.round(expectedMs),
        expectedStartAt: forecast.starts.get(run.id)?.toISOString() ?? null,
      };
    },
  );
  return { queue, forecast };
}

function viewLane(
  { id, code, name, paused }: Environment,
  bars: readonly Bar[],
  maxBars: number,
): Omit<LaneView, 'running' | 'queued' | 'latest' | 'reservations'> {
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

function viewLatest({ environmentId: _id, reason, finishedAt, failure, ...run }: LatestRun): LatestView {
  return {
    ...run,
    reason: reason ?? null,
    finishedAt: finishedAt.toISOString(),
    failure: failure === undefined ? null : { ...failure, message: failure.message ?? null },
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
  { runId, environmentId, workerId, counts, open, current }: Progress,
  { at, ...sources }: Pick<OverviewSources, 'at' | 'expected' | 'overheads'>,
  replicaCount: number,
): RunningView {
  const { planned } = counts;
  const done = planned - open.length;
  const expected = sources.expected.get(runId) ?? [];
  const overhead = sources.overheads.get(environmentId);
  const forecast = timeLeft({ planned, open, current, expected, slots: replicaCount, overhead }, at);
  const share = forecast?.share ?? (planned === 0 ? 0 : done / planned);
  return {
    id: runId,
    done,
    planned,
    percent: Math.round(share * 100),
    msLeft: forecast === undefined ? null : Math.round(forecast.msLeft),
    workerId,
    current: current.map(({ test, suite, startedAt }) => ({
      test,
      suite: suite ?? null,
      startedAt: startedAt.toISOString(),
    })),
  };
}

function viewOccupation(
  { id, paused }: Environment,
  running: ReadonlyMap<number, RunningView>,
  { locks: heldLocks }: LockStatus,
  at: Date,
): Occupation {
  const own = running.get(id);
  const lock = own === undefined ? lockWithoutRun(id, heldLocks, at) : undefined;
  return {
    paused: paused?.reason,
    running: own && { id: own.id, msLeft: own.msLeft ?? undefined },
    lockedBy: lock?.owner,
  };
}

/** The lock of an environment on which no run of this installation executes, if another holder has it. */
export function lockWithoutRun(
  environmentId: number,
  locks: readonly LockInfo[],
  at: Date,
): LockInfo | undefined {
  const lock = locks.find(({ name }) => name === lockNames.environment(environmentId));
  return lock && at.getTime() - lock.since.getTime() > lockWithoutRunMs ? lock : undefined;
}

function countWorkers(workers: readonly WorkerProcess[], busy: number) {
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
