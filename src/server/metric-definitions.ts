import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds of the buckets, in seconds. */
export const testBounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800];
export const runBounds = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];

/** The metrics of a server, in their own registry. */
export type Metrics = ReturnType<typeof defineMetrics>;

/** Creates the metrics of a server; nothing is counted yet. */
export function defineMetrics() {
  const registry = new Registry();
  const metric: DefineMetric = (name, help, labelNames = []) => ({
    name: `matre_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  return {
    registry,
    ...runMetrics(metric),
    ...processMetrics(metric),
    ...environmentMetrics(metric),
    ...messageMetrics(metric),
  };
}

type DefineMetric = <Label extends string>(
  name: string,
  help: string,
  labelNames?: Label[],
) => { name: string; help: string; labelNames: Label[]; registers: Registry[] };

/** The queue, and the outcomes of runs. */
function runMetrics(metric: DefineMetric) {
  return {
    queued: new Gauge(metric('runs_queued', 'Runs in the queue', ['environment'])),
    oldest: new Gauge(
      metric('oldest_queued_run_age_seconds', 'Age of the oldest queued run', ['environment']),
    ),
    headAge: new Gauge(
      metric(
        'startable_run_age_seconds',
        'Age of the oldest queued run whose environment is free and not paused',
      ),
    ),
    running: new Gauge(metric('runs_running', 'Running runs', ['environment'])),
    runs: new Counter(metric('runs_total', 'Runs that finished', ['environment', 'verdict'])),
    results: new Counter(metric('results_total', 'Results of tests', ['environment', 'status'])),
    testDuration: new Histogram({
      ...metric('test_duration_seconds', 'Durations of tests', ['status']),
      buckets: testBounds,
    }),
    runDuration: new Histogram({
      ...metric('run_duration_seconds', 'From the first start of a run to its end', ['verdict']),
      buckets: runBounds,
    }),
    interrupted: new Counter(
      metric('attempts_interrupted_total', 'Attempts that were lost, requeued or broken', ['outcome']),
    ),
    recovered: new Counter(
      metric('recoveries_total', 'Interrupted attempts after which the run continued', ['outcome']),
    ),
    hooks: new Counter(
      metric('hooks_total', 'Hooks of runs that ended, by how they ended', ['environment', 'outcome']),
    ),
  };
}

/** Schedules, workers, locks, and the stores of this process. */
function processMetrics(metric: DefineMetric) {
  return {
    up: new Gauge(metric('database_up', 'Whether the database answered this scrape')),
    firings: new Counter(metric('schedule_firings_total', 'Firings of schedules by outcome', ['outcome'])),
    due: new Gauge(metric('schedule_due_age_seconds', 'Delay of the most overdue schedule')),
    workers: new Gauge(metric('workers', 'Processes that execute runs', ['state'])),
    refused: new Counter(metric('lock_refusals_total', 'Locks that were refused to this process', ['lock'])),
    lost: new Counter(metric('locks_lost_total', 'Locks that this process held and lost', ['lock'])),
    waiting: new Gauge(metric('runs_with_waiting_results', 'Runs with results in the spool')),
    freeBytes: new Gauge(
      metric('data_folder_free_bytes', 'Free space of the disk of the data folder of this server'),
    ),
  };
}

/** Environments and their containers. */
function environmentMetrics(metric: DefineMetric) {
  return {
    containers: new Gauge(metric('containers', 'Containers of the pool', ['state'])),
    stale: new Gauge(metric('containers_stale', 'Containers that are replaced before their next run')),
    brokenRuns: new Gauge(
      metric('environment_broken_runs', 'Newest runs of an environment that were broken in a row, up to 10', [
        'environment',
      ]),
    ),
    certificateEnd: new Gauge(
      metric('shop_certificate_end_timestamp_seconds', 'When the TLS certificate of a shop ends', [
        'environment',
      ]),
    ),
  };
}

/** Alerts and messages. */
function messageMetrics(metric: DefineMetric) {
  return {
    alerts: new Gauge(metric('alert_open', 'Open alerts for operators', ['kind'])),
    watched: new Gauge(
      metric('alerts_watched_age_seconds', 'Time since alerts were looked for last by any process'),
    ),
    messagesWaiting: new Gauge(metric('messages_waiting', 'Messages that wait to be sent', ['channel_kind'])),
    oldestMessage: new Gauge(
      metric('oldest_waiting_message_age_seconds', 'Time since the oldest waiting message was due first', [
        'channel_kind',
      ]),
    ),
    messages: new Counter(
      metric('messages_total', 'Messages that were sent or given up', ['channel_kind', 'outcome']),
    ),
  };
}
