import type { FindingReport } from '../../doctor/check.ts';
import { type FaultCode, faults } from '../../faults/fault.ts';
import type { LockInfo } from '../../locks/lock.ts';
import type { Alert } from '../../model/alert.ts';
import type { Environment } from '../../model/environment.ts';
import type { PoolContainer } from '../../pool/pool.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { LatestRun } from '../../store/tables/latest-runs.ts';
import type { EnvironmentQueue, Progress } from '../../store/tables/overview.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import type { LockStatus } from '../core/status-cache.ts';
import { viewEnvironment } from '../core/views.ts';
import { lockWithoutRun } from '../overview/build-overview.ts';
import type { LaneView, OverviewView } from '../overview/overview-view.ts';
import { isShownByAlert, viewAlertProblems } from './alert-problems.ts';
import { type ProblemView, problemAreas, type StatusView } from './status-view.ts';

/** What the status is built from: the results of several queries. */
export interface StatusSources {
  at: Date;
  environments: readonly Environment[];
  overview: Pick<OverviewView, 'lanes' | 'queue' | 'locks'>;
  progress: readonly Progress[];
  expected: ReadonlyMap<number, readonly ExpectedDuration[]>;
  queues: ReadonlyMap<number, EnvironmentQueue>;
  latest: readonly LatestRun[];
  workers: readonly WorkerProcess[];
  locks: LockStatus;
  containers: readonly PoolContainer[] | undefined;
  /** Why the engine does not respond; `undefined` when it does, or may only be slow. */
  engineFault: string | undefined;
  /** Whether workers on other hosts have their own engines. */
  hasRemoteWorkers: boolean;
  /** The open alerts. */
  alerts: readonly Alert[];
  /** The name of this host. */
  host: string;
  /** The problems that quick checks of the doctor found. */
  findings: readonly { area: ProblemView['area']; findings: FindingReport[] }[];
}

/** The status of the installation, with what is wrong first. */
export function buildStatus(sources: StatusSources): StatusView {
  const { environments, overview, queues, latest, workers, locks, containers } = sources;
  const latestOf = new Map(latest.map((run) => [run.environmentId, run]));
  const lanes = new Map(overview.lanes.map((lane) => [lane.id, lane]));
  const heads = new Map(
    overview.queue
      .filter(({ position }) => position === 1)
      .map(({ environment, waits }) => [environment, waits]),
  );
  const oldest = [...queues.values()].flatMap(({ oldestMs }) => oldestMs ?? []);
  return {
    problems: findAllProblems(sources, lanes),
    workers: workers.map(({ silentMs: _silentMs, startedAt, seenAt, waitsFor, ...worker }) => ({
      ...worker,
      waitsFor: waitsFor ?? null,
      startedAt: startedAt.toISOString(),
      seenAt: seenAt.toISOString(),
    })),
    environments: environments.map((environment) => {
      const queue = queues.get(environment.id);
      const last = latestOf.get(environment.id);
      return {
        ...viewEnvironment(environment),
        running: queue?.running ?? null,
        progress: lanes.get(environment.id)?.running ?? null,
        queued: queue?.queued ?? 0,
        waits: heads.get(environment.code) ?? null,
        lastRun: last
          ? {
              ...{ id: last.id, verdict: last.verdict, reason: last.reason ?? null },
              finishedAt: last.finishedAt.toISOString(),
            }
          : null,
      };
    }),
    oldestQueuedAt: oldest.length === 0 ? null : timeToSecond(sources.at.getTime() - Math.max(...oldest)),
    locks: {
      ...overview.locks,
      held: locks.locks.map(({ name, owner, since }) => ({ name, owner, since: since.toISOString() })),
    },
    containers: containers === undefined ? null : viewContainers(containers),
  };
}

/** To the second, so that the answer is the same while nothing changes. */
const timeToSecond = (ms: number) => new Date(Math.round(ms / 1000) * 1000).toISOString();

function viewContainers(containers: readonly PoolContainer[]): StatusView['containers'] {
  const stale = containers.flatMap(({ name, stale }) => (stale === undefined ? [] : [{ name, note: stale }]));
  const healthy = containers.filter(({ stale, state }) => stale === undefined && state === 'running').length;
  return { total: containers.length, healthy, stale };
}

function findAllProblems(sources: StatusSources, lanes: ReadonlyMap<number, LaneView>): ProblemView[] {
  const reported = sources.findings.flatMap(({ area, findings }) =>
    findings.map((finding) => viewFinding(area, finding)),
  );
  const problems = [
    ...reported,
    ...slowTests(sources),
    ...brokenEnvironments(sources),
    ...locksWithoutRun(sources, lanes)
      .filter(({ name }) => !reported.some(({ message }) => message.includes(name)))
      .map(({ problem }) => problem),
    ...unreachable(sources),
  ].filter((problem) => !isShownByAlert(problem, sources));
  return [...viewAlertProblems(sources.alerts), ...problems].sort(
    (one, other) => problemAreas.indexOf(one.area) - problemAreas.indexOf(other.area),
  );
}

function viewFinding(
  area: ProblemView['area'],
  { status, about, message, code, remedy }: FindingReport,
): ProblemView {
  const isWarning = status === 'warning';
  return {
    area,
    status: isWarning ? 'warning' : 'problem',
    about: about ?? null,
    message,
    code: code ?? null,
    remedy: remedy ?? null,
    since: null,
  };
}

/** A test that takes so many times as long as usual, and this long, probably hangs. */
const slowFactor = 3;
const slowMs = 10 * 60_000;

function slowTests({ at, environments, progress, expected }: StatusSources): ProblemView[] {
  const codes = new Map(environments.map(({ id, code }) => [id, code]));
  return progress.flatMap(({ runId, environmentId, current }) =>
    current.flatMap(({ test, position, startedAt }): ProblemView[] => {
      const usual = expected.get(runId)?.find((each) => each.position === position)?.expectedMs;
      const elapsed = at.getTime() - startedAt.getTime();
      if (usual === undefined || elapsed < Math.max(slowMs, slowFactor * usual)) return [];
      const minutes = Math.max(1, Math.round(usual / 60_000));
      const message = `${test} has been running on ${codes.get(environmentId)} since ${startedAt.toISOString()}; it usually takes ${minutes} min.`;
      const remedy = `matre log ${runId} --test ${test} -f shows what it does; matre cancel ${runId} ends it.`;
      return [
        { area: 'runs', status: 'problem', about: `run ${runId}`, message, code: null, remedy, since: null },
      ];
    }),
  );
}

function brokenEnvironments({ environments, latest }: StatusSources): ProblemView[] {
  const codes = new Map(environments.map((environment) => [environment.id, environment.code]));
  return latest.flatMap((last): ProblemView[] => {
    const environment = codes.get(last.environmentId);
    if (last.verdict !== 'broken' || environment === undefined) return [];
    const { code, message } = last.reason ?? {
      code: null,
      message: 'Some of its tests have no trustworthy result.',
    };
    return [
      {
        area: 'environments',
        status: 'problem',
        about: environment,
        message: `Its last run (${last.id}) was broken: ${message}`,
        code,
        remedy: code === null ? `matre show ${last.id}` : faults[code as FaultCode].remedy,
        since: null,
      },
    ];
  });
}

function locksWithoutRun(
  { at, environments, locks }: StatusSources,
  lanes: ReadonlyMap<number, LaneView>,
): { name: string; problem: ProblemView }[] {
  return environments.flatMap(({ id, code }) => {
    if (lanes.get(id)?.running) return [];
    const lock: LockInfo | undefined = lockWithoutRun(id, locks.locks, at);
    if (lock === undefined || lock.problem !== undefined) return [];
    const { name, owner, since } = lock;
    const message = `${owner} has held ${name} since ${since.toISOString()}, and no run of this installation executes on ${code}.`;
    const remedy = `matre locks release ${name}, if its holder no longer exists.`;
    return [
      {
        name,
        problem: { area: 'locks', status: 'problem', about: code, message, code: null, remedy, since: null },
      },
    ];
  });
}

function unreachable({ locks, containers, engineFault, hasRemoteWorkers }: StatusSources): ProblemView[] {
  const problem = (area: ProblemView['area'], code: FaultCode, message: string): ProblemView => {
    return { area, status: 'problem', about: null, message, code, remedy: faults[code].remedy, since: null };
  };
  return [
    ...(locks.fault === undefined ? [] : [problem('locks', 'LOCK_STORE_UNREACHABLE', locks.fault)]),
    ...(containers === undefined && engineFault !== undefined && !hasRemoteWorkers
      ? [problem('engine', 'ENGINE_UNREACHABLE', engineFault)]
      : []),
  ];
}
