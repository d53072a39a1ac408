import type { FastifyInstance } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import { freeSpace } from '../artifacts/free-space.ts';
import { cachedWithTimeout } from '../async/cached.ts';
import { createSingleFlight } from '../async/single-flight.ts';
import { toFault } from '../faults/fault.ts';
import type { LockKind } from '../locks/instrumented.ts';
import type { Context } from '../operations/core/context.ts';
import { createDatabaseMetrics, type EndedCount } from '../store/tables/metrics.ts';
import { createAlertReader } from './alert-metrics.ts';
import { defineMetrics, type Metrics, runBounds, testBounds } from './metric-definitions.ts';

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
  const { log } = context;
  const metrics = defineMetrics();
  const { registry } = metrics;
  const readDatabase = createDatabaseReader(metrics, context, settleMs);
  const readAlerts = createAlertReader(metrics, context);
  const readContainers = createContainerReader(metrics, context);

  async function fill(): Promise<string> {
    for (const gauge of perScrape(metrics)) gauge.reset();
    for (const gauge of [metrics.stale, metrics.due, metrics.watched, metrics.freeBytes]) gauge.remove();
    setLockCounters(metrics, context.lockCounts);
    const [database] = await Promise.allSettled([
      readDatabase().then(readAlerts),
      readContainers(),
      freeSpace(context.config.store.dataFolder, 0).then(({ bytes }) => metrics.freeBytes.set(bytes)),
      context.resultSpool.claims().then((claims) => metrics.waiting.set(claims.length)),
    ]);
    if (database.status === 'rejected') {
      log.warn({ reason: toFault(database.reason).message }, 'Metrics of the database unavailable');
    }
    metrics.up.set(database.status === 'fulfilled' ? 1 : 0);
    return registry.metrics();
  }

  const singleFlight = createSingleFlight<'scrape', string>();
  return {
    contentType: registry.contentType,
    /** The text for Prometheus. Concurrent scrapes share one. */
    scrape: () => singleFlight('scrape', fill),
  };
}

/** The gauges with labels that may not come again. */
const perScrape = (metrics: Metrics) => [
  metrics.queued,
  metrics.oldest,
  metrics.running,
  metrics.containers,
  metrics.alerts,
  metrics.workers,
  metrics.brokenRuns,
  metrics.headAge,
  metrics.certificateEnd,
  metrics.messagesWaiting,
  metrics.oldestMessage,
];

/** Returns what sets the gauges of queues and schedules, and counts what has ended since its last call. Errors: those of the database. */
function createDatabaseReader(metrics: Metrics, context: Context, settleMs: number): () => Promise<void> {
  const table = createDatabaseMetrics(context);
  const startedAt = performance.now();
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
    for (const group of ended) addEnded(metrics, group);
  }

  return async () => {
    for (const { environment, ...queue } of await table.queues()) {
      metrics.queued.set({ environment }, queue.queued);
      metrics.oldest.set({ environment }, queue.oldestMs / 1000);
      metrics.running.set({ environment }, queue.running ? 1 : 0);
    }
    for (const { kind, waiting, oldestMs } of await table.waitingMessages()) {
      metrics.messagesWaiting.set({ channel_kind: kind }, waiting);
      metrics.oldestMessage.set({ channel_kind: kind }, oldestMs / 1000);
    }
    const dueMs = await table.scheduleDueMs();
    if (dueMs !== undefined) metrics.due.set(dueMs / 1000);
    await countEnded();
  };
}

/** Adds a group of results, runs, firings or attempts that ended alike. */
function addEnded(metrics: Metrics, { kind, environment, outcome, count, meanMs }: EndedCount): void {
  if (kind === 'result') {
    metrics.results.inc({ environment, status: outcome }, count);
    observe(metrics.testDuration, { status: outcome }, count, meanMs);
  } else if (kind === 'run') {
    metrics.runs.inc({ environment, verdict: outcome }, count);
    observe(metrics.runDuration, { verdict: outcome }, count, meanMs);
  } else if (kind === 'message') {
    metrics.messages.inc({ channel_kind: environment, outcome }, count);
  } else if (kind === 'hook') {
    metrics.hooks.inc({ environment, outcome }, count);
  } else if (kind === 'firing') {
    metrics.firings.inc({ outcome }, count);
  } else {
    metrics.interrupted.inc({ outcome }, count);
    if (kind === 'again') metrics.recovered.inc({ outcome }, count);
  }
}

/** Returns what sets the gauges of containers. It leaves them unset while the engine does not answer. */
function createContainerReader(metrics: Metrics, context: Context): () => Promise<void> {
  const list = cachedWithTimeout(async () => (await context.pool()).list(), {
    everyMs: containersEveryMs,
    timeoutMs: containersTimeoutMs,
    onError: (error) =>
      context.log.debug({ reason: toFault(error).message }, 'Metrics of containers unavailable'),
  });
  return async () => {
    const containers = await list.get();
    if (containers === undefined) return;
    for (const state of ['created', 'running', 'stopped'] as const) {
      metrics.containers.set({ state }, containers.filter((each) => each.state === state).length);
    }
    metrics.stale.set(containers.filter(({ stale }) => stale !== undefined).length);
  };
}

function setLockCounters(metrics: Metrics, counts: Context['lockCounts']): void {
  for (const lock of Object.keys(counts.refused) as LockKind[]) {
    setCounter(metrics.refused, { lock }, counts.refused[lock]);
    setCounter(metrics.lost, { lock }, counts.lost[lock]);
  }
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
