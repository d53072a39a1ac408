import type { Evidence } from './evidence.ts';
import type { Injection } from './injector.ts';

export interface Row {
  kind: string;
  injected: number;
  /** Running runs that it affected. */
  affected: number;
  /** The number of measured recoveries; see `recoveries`. */
  measured: number;
  medianS: number | undefined;
  worstS: number | undefined;
}

/**
 * The time until the next test started in an environment, or its run was finished: from the moment of the fault where
 * others take over (workers, containers), from its end where everything waits for it (stores, the engine, the disk, the
 * only process), from the end of the running test where that is awaited. An environment that the next fault affects
 * before that is not measured: its recovery belongs to the last fault; nor is a fault of the only worker process.
 */
function recoveries(evidence: Evidence, injection: Injection): { environmentId: number; ms: number }[] {
  const { lifetimes, runs, injections } = evidence;
  if (!injection.hasSpareWorker) return [];
  return injection.affectedRuns.flatMap(({ id, environmentId }) => {
    const since = startOfRecovery(evidence, injection, id);
    const starts = lifetimes
      .filter((lifetime) => lifetime.environmentId === environmentId && lifetime.test !== undefined)
      .map(({ from }) => from);
    const finished = runs.find((run) => run.id === id)?.finishedAt;
    const next = Math.min(...[...starts, finished ?? Infinity].filter((moment) => moment > since));
    const isAffectedAgain = injections.some(
      (other) =>
        other !== injection &&
        other.at <= next &&
        other.undoneAt >= injection.at &&
        other.affectedIds.includes(environmentId),
    );
    return isAffectedAgain || next === Infinity ? [] : [{ environmentId, ms: next - since }];
  });
}

function startOfRecovery(
  { lifetimes }: Evidence,
  { kind, on, at, undoneAt }: Injection,
  runId: number,
): number {
  if (on !== 'worker' && on !== 'container') return undoneAt;
  if (kind !== 'worker asked to stop') return at;
  const runningTest = lifetimes.find(
    (lifetime) => lifetime.runId === runId && lifetime.from <= at && lifetime.to >= at,
  );
  return runningTest?.to ?? at;
}

export function tabulate(evidence: Evidence): Row[] {
  const kinds = [...new Set(evidence.injections.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const injections = evidence.injections.filter((injection) => injection.kind === kind);
    const times = injections
      .flatMap((injection) => recoveries(evidence, injection))
      .map(({ ms }) => ms / 1000)
      .sort((a, b) => a - b);
    return {
      kind,
      injected: injections.length,
      affected: injections.reduce((sum, { affectedRuns }) => sum + affectedRuns.length, 0),
      measured: times.length,
      medianS: times[Math.floor(times.length / 2)],
      worstS: times.at(-1),
    };
  });
}
