import type { FastifyInstance } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import { cachedWithTimeout } from '../async/cached.ts';
import { createSingleFlight } from '../async/single-flight.ts';
import { toFault } from '../faults/fault.ts';
import type { LockKind } from '../locks/instrumented.ts';
import type { Context } from '../operations/core/context.ts';
import { createDatabaseMetrics } from '../store/tables/metrics.ts';
import { defineMetrics, runBounds, testBounds } from './metric-definitions.ts';

/** Longer than any transaction that records something, unless the database has problems. */
const defaultSettleMs = 20_000;
/** The engine may be remote: containers are cached between scrapes, and a scrape does not wait long for them. */
const containersEveryMs = 10_000;
const containersTimeoutMs = 2_000;

/** Bounds in milliseconds. A value equal to a bound belongs below it. */
const milliseconds = (bounds: number[]) => bounds.map((seconds) => seconds * 1000 + 0.0005);

/** Serves `/metrics` for Prometheus, with the same authorization as the API. */
export function mountMetrics(server: FastifyInstance, context: Context): void {
  const metrics = createMetrics(context);
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.scrape()),
  );
}

/**
 * The metrics of one server. Gauges of the database are read at each scrape; runs, results and firings are counted from the start of
 * the server, `settleMs` after they ended. While the database is unavailable the other metrics are reported, and `matre_database_up`
 * is 0.
 */
export function createMetrics(context: Context, { settleMs = defaultSettleMs } = {}) {
  const { log, lockCounts } = context;
  const table = createDatabaseMetrics(context);
  const startedAt = performance.now();
  const {
    registry,
    up,
    queued,
    oldest,
    running,
    runs,
    results,
    testDuration,
    runDuration,
    interrupted,
    recovered,
    firings,
    due,
    refused,
    lost,
    waiting,
    containers,
    stale,
  } = defineMetrics();

  const listContainers = cachedWithTimeout(async () => (await context.pool()).list(), {
    everyMs: containersEveryMs,
    timeoutMs: containersTimeoutMs,
    onError: (error) => log.debug({ reason: toFault(error).message }, 'Metrics of containers unavailable'),
  });

  async function readDatabase(): Promise<void> {
    const queues = await table.queues();
    for (const { environment, ...queue } of queues) {
      queued.set({ environment }, queue.queued);
      oldest.set({ environment }, queue.oldestMs / 1000);
      running.set({ environment }, queue.running ? 1 : 0);
    }
    const dueMs = await table.scheduleDueMs();
    if (dueMs !== undefined) due.set(dueMs / 1000);
    await countEnded();
  }

  let countedUntil: Date | undefined;
  async function countEnded(): Promise<void> {
    const { until, ended } = await table.ended({
      from: countedUntil,
      sinceMs: performance.now() - startedAt,
      settleMs,
      resultBoundsMs: milliseconds(testBounds),
      runBoundsMs: milliseconds(runBounds),
    });
    countedUntil = until;
    for (const { kind, environment, outcome, count, meanMs } of ended) {
      if (kind === 'result') {
        results.inc({ environment, status: outcome }, count);
        observe(testDuration, { status: outcome }, count, meanMs);
      } else if (kind === 'run') {
        runs.inc({ environment, verdict: outcome }, count);
        observe(runDuration, { verdict: outcome }, count, meanMs);
      } else if (kind === 'firing') {
        firings.inc({ outcome }, count);
      } else {
        interrupted.inc({ outcome }, count);
        if (kind === 'again') recovered.inc({ outcome }, count);
      }
    }
  }

  function readLocks(): void {
    for (const lock of Object.keys(lockCounts.refused) as LockKind[]) {
      setCounter(refused, { lock }, lockCounts.refused[lock]);
      setCounter(lost, { lock }, lockCounts.lost[lock]);
    }
  }

  async function readContainers(): Promise<void> {
    const list = await listContainers.get();
    if (list === undefined) return;
    for (const state of ['created', 'running', 'stopped'] as const) {
      containers.set({ state }, list.filter((each) => each.state === state).length);
    }
    stale.set(list.filter((each) => each.stale !== undefined).length);
  }

  async function fill(): Promise<string> {
    for (const gauge of [queued, oldest, running, containers]) gauge.reset();
    stale.remove();
    due.remove();
    readLocks();
    const [database] = await Promise.allSettled([
      readDatabase(),
      readContainers(),
      context.resultSpool.claims().then((claims) => waiting.set(claims.length)),
    ]);
    if (database.status === 'rejected') {
      log.warn({ reason: toFault(database.reason).message }, 'Metrics of the database unavailable');
    }
    up.set(database.status === 'fulfilled' ? 1 : 0);
    return registry.metrics();
  }

  const singleFlight = createSingleFlight<'scrape', string>();
  return {
    contentType: registry.contentType,
    /** The text for Prometheus. Concurrent scrapes share one. */
    scrape: () => singleFlight('scrape', fill),
  };
}

/** Adds `count` durations between the same two bounds with the mean `meanMs`: a histogram keeps only their number and sum. */
function observe<Label extends string>(
  histogram: Histogram<Label>,
  labels: Partial<Record<Label, string>>,
  count: number,
  meanMs: number | undefined,
): void {
  if (meanMs === undefined) return;
  for (let each = 0; each < count; each += 1) histogram.observe(labels, meanMs / 1000);
}

/** Sets a counter whose value is counted elsewhere. */
function setCounter<Label extends string>(
  counter: Counter<Label>,
  labels: Partial<Record<Label, string>>,
  value: number,
): void {
  counter.remove(labels);
  counter.inc(labels, value);
}
