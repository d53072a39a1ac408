import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { cachedWithTimeout } from '../async/cached.ts';
import { toFault } from '../faults/fault.ts';
import type { LockKind } from '../locks/instrumented.ts';
import type { Context } from '../operations/core/context.ts';
import { createDatabaseMetrics } from '../store/tables/metrics.ts';

/** Longer than any transaction that records something takes, unless the database is in trouble. */
const defaultSettleMs = 20_000;
/** The engine may be asked over a network; it is not asked at every scrape, and not waited for. */
const containersEveryMs = 10_000;
const containersPatienceMs = 2_000;

const testBounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800];
const runBounds = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];
/** In milliseconds; what took exactly so long belongs below the bound. */
const milliseconds = (bounds: number[]) => bounds.map((seconds) => seconds * 1000 + 0.0005);

/** `/metrics` for Prometheus, guarded as the API is. */
export function mountMetrics(server: FastifyInstance, context: Context): void {
  const metrics = createMetrics(context);
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.scrape()),
  );
}

/**
 * The metrics of one server. What the database knows is read from it at each scrape; what ended is counted from the start
 * of the server on, `settleMs` after it ended. While the database is away the rest is told, and `matre_database_up` is 0.
 */
export function createMetrics(context: Context, { settleMs = defaultSettleMs } = {}) {
  const { log, lockCounts } = context;
  const registry = new Registry();
  const metrics = createDatabaseMetrics(context);
  const startedAt = performance.now();
  const of = <Label extends string>(name: string, help: string, labelNames: Label[] = []) => ({
    name: `matre_${name}`,
    help,
    labelNames,
    registers: [registry],
  });

  const up = new Gauge(of('database_up', 'Whether the database answered this scrape'));
  const queued = new Gauge(of('runs_queued', 'Runs in the queue', ['environment']));
  const oldest = new Gauge(
    of('oldest_queued_run_age_seconds', 'Since the oldest queued run was submitted', ['environment']),
  );
  const running = new Gauge(of('runs_running', 'Runs under way', ['environment']));
  const runs = new Counter(of('runs_total', 'Runs that finished', ['environment', 'verdict']));
  const results = new Counter(of('results_total', 'Results of tests', ['environment', 'status']));
  const testDuration = new Histogram({
    ...of('test_duration_seconds', 'How long tests took', ['status']),
    buckets: testBounds,
  });
  const runDuration = new Histogram({
    ...of('run_duration_seconds', 'From the first start of a run to its end', ['verdict']),
    buckets: runBounds,
  });
  const interrupted = new Counter(
    of('attempts_interrupted_total', 'Attempts that were lost, handed back or broken', ['outcome']),
  );
  const recovered = new Counter(
    of('recoveries_total', 'Interrupted attempts after which the run went on', ['outcome']),
  );
  const firings = new Counter(
    of('schedule_firings_total', 'Times of schedules, by what became of them', ['outcome']),
  );
  const due = new Gauge(of('schedule_due_age_seconds', 'Since the most overdue schedule should have fired'));
  const refused = new Counter(of('lock_refusals_total', 'Locks that this process found taken', ['lock']));
  const lost = new Counter(of('locks_lost_total', 'Locks that this process held and lost', ['lock']));
  const waiting = new Gauge(of('runs_with_waiting_results', 'Runs of which results wait on disk'));
  const containers = new Gauge(of('containers', 'Containers of the pool', ['state']));
  const stale = new Gauge(of('containers_stale', 'Containers that are replaced before their next run'));

  const listContainers = cachedWithTimeout(async () => (await context.pool()).list(), {
    everyMs: containersEveryMs,
    timeoutMs: containersPatienceMs,
    onError: (error) => log.debug({ reason: toFault(error).message }, 'No metrics of containers.'),
  });

  async function readDatabase(): Promise<void> {
    const queues = await metrics.queues();
    for (const { environment, ...queue } of queues) {
      queued.set({ environment }, queue.queued);
      oldest.set({ environment }, queue.oldestMs / 1000);
      running.set({ environment }, queue.running ? 1 : 0);
    }
    const dueMs = await metrics.scheduleDueMs();
    if (dueMs !== undefined) due.set(dueMs / 1000);
    await countEnded();
  }

  let countedUntil: Date | undefined;
  async function countEnded(): Promise<void> {
    const { until, ended } = await metrics.ended({
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
      set(refused, { lock }, lockCounts.refused[lock]);
      set(lost, { lock }, lockCounts.lost[lock]);
    }
  }

  async function readContainers(): Promise<void> {
    const found = await listContainers.get();
    if (found === undefined) return;
    for (const state of ['created', 'running', 'stopped'] as const) {
      containers.set({ state }, found.filter((each) => each.state === state).length);
    }
    stale.set(found.filter((each) => each.stale !== undefined).length);
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
      log.warn({ reason: toFault(database.reason).message }, 'Metrics without the database.');
    }
    up.set(database.status === 'fulfilled' ? 1 : 0);
    return registry.metrics();
  }

  let scraping: Promise<string> | undefined;
  return {
    contentType: registry.contentType,
    /** The text for Prometheus. Those that ask at the same time get the same one. */
    scrape(): Promise<string> {
      scraping ??= fill().finally(() => {
        scraping = undefined;
      });
      return scraping;
    },
  };
}

/** Things that took between the same two bounds, `meanMs` in the mean: their number and sum are what is kept of them. */
function observe<Label extends string>(
  histogram: Histogram<Label>,
  labels: Partial<Record<Label, string>>,
  count: number,
  meanMs: number | undefined,
): void {
  if (meanMs === undefined) return;
  for (let each = 0; each < count; each += 1) histogram.observe(labels, meanMs / 1000);
}

/** A counter whose number is kept elsewhere. */
function set<Label extends string>(
  counter: Counter<Label>,
  labels: Partial<Record<Label, string>>,
  value: number,
): void {
  counter.remove(labels);
  counter.inc(labels, value);
}
