import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { cachedWithTimeout } from '../async/cached.ts';
import { createSingleFlight } from '../async/single-flight.ts';
import { toFault } from '../faults/fault.ts';
import type { LockKind } from '../locks/instrumented.ts';
import type { Context } from '../operations/core/context.ts';
import { createFigures } from '../store/tables/metrics.ts';

/** Longer than any transaction that records something, unless the database has problems. */
const defaultSettleMs = 20_000;
/** The engine may be remote: containers are cached between scrapes, and a scrape does not wait long for them. */
const containersEveryMs = 10_000;
const containersTimeoutMs = 2_000;

const testBounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800];
const runBounds = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];
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
  const registry = new Registry();
  const table = createFigures(context);
  const startedAt = performance.now();
  const metric = <Label extends string>(name: string, help: string, labelNames: Label[] = []) => ({
    name: `matre_${name}`,
    help,
    labelNames,
    registers: [registry],
  });

  const up = new Gauge(metric('database_up', 'Whether the database answered this scrape'));
  const queued = new Gauge(metric('runs_queued', 'Runs in the queue', ['environment']));
  const oldest = new Gauge(
    metric('oldest_queued_run_age_seconds', 'Age of the oldest queued run', ['environment']),
  );
  const running = new Gauge(metric('runs_running', 'Running runs', ['environment']));
  const runs = new Counter(metric('runs_total', 'Runs that finished', ['environment', 'verdict']));
  const results = new Counter(metric('results_total', 'Results of tests', ['environment', 'status']));
  const testDuration = new Histogram({
    ...metric('test_duration_seconds', 'Durations of tests', ['status']),
    buckets: testBounds,
  });
  const runDuration = new Histogram({
    ...metric('run_duration_seconds', 'From the first start of a run to its end', ['verdict']),
    buckets: runBounds,
  });
  const interrupted = new Counter(
    metric('attempts_interrupted_total', 'Attempts that were lost, requeued or broken', ['outcome']),
  );
  const recovered = new Counter(
    metric('recoveries_total', 'Interrupted attempts after which the run continued', ['outcome']),
  );
  const firings = new Counter(
    metric('schedule_firings_total', 'Firings of schedules by outcome', ['outcome']),
  );
  const due = new Gauge(metric('schedule_due_age_seconds', 'Delay of the most overdue schedule'));
  const refused = new Counter(
    metric('lock_refusals_total', 'Locks that were refused to this process', ['lock']),
  );
  const lost = new Counter(metric('locks_lost_total', 'Locks that this process held and lost', ['lock']));
  const waiting = new Gauge(metric('runs_with_waiting_results', 'Runs with results in the spool'));
  const containers = new Gauge(metric('containers', 'Containers of the pool', ['state']));
  const stale = new Gauge(metric('containers_stale', 'Containers that are replaced before their next run'));

  const listContainers = cachedWithTimeout(async () => (await context.pool()).list(), {
    everyMs: containersEveryMs,
    patienceMs: containersTimeoutMs,
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
    const list = await listContainers.ask();
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
      context.waiting.claims().then((claims) => waiting.set(claims.length)),
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
