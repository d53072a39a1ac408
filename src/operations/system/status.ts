import { hostname } from 'node:os';
import { z } from 'zod';
import { describeConfig } from '../../config/load-config.ts';
import type { QuickCheck } from '../../doctor/check.ts';
import { locksForeign } from '../../doctor/checks/locks-foreign.ts';
import { queueStuck } from '../../doctor/checks/queue-stuck.ts';
import { scheduleFails, scheduleOverdue } from '../../doctor/checks/schedules.ts';
import { workersAway } from '../../doctor/checks/workers-away.ts';
import { findProblems } from '../../doctor/run-checks.ts';
import { maxListedQueuedRuns } from '../../model/limits.ts';
import type { Context } from '../core/context.ts';
import { defineOperation } from '../core/operation.ts';
import { buildOverview } from '../overview/build-overview.ts';
import { buildStatus } from './build-status.ts';
import { type ProblemView, statusView } from './status-view.ts';

/** The checks of the doctor that read only the database and the lock store. */
const quickChecks: readonly { area: ProblemView['area']; check: QuickCheck }[] = [
  { area: 'runs', check: queueStuck },
  { area: 'workers', check: workersAway },
  { area: 'locks', check: locksForeign },
  { area: 'schedules', check: scheduleOverdue },
  { area: 'schedules', check: scheduleFails },
];

/** The first answer of an engine or a lock store takes longer than later ones, and must not look like an outage. */
const patienceMs = 2_000;

export const showStatus = defineOperation({
  name: 'status.show',
  method: 'GET',
  path: '/api/status',
  summary: 'Show what is wrong, the workers, and what each environment does and waits for',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({}),
  output: statusView,
  async run(context) {
    const at = new Date();
    const [alerts, environments, latest, progress, queued, queues, reservations, workers, containers, locks] =
      await Promise.all([
        context.alerts.open(),
        context.environments.list(),
        context.overview.latest(),
        context.overview.progress(),
        context.overview.waitingRuns(maxListedQueuedRuns),
        context.overview.queues(),
        context.reservations.open(),
        context.workers.list(),
        context.statusCache.containers(patienceMs),
        context.statusCache.locks(patienceMs),
      ]);
    const withPlan = progress.filter(({ counts }) => counts.planned > 0);
    const [expected, overheads, findings] = await Promise.all([
      context.durations.expectedOf(withPlan.map(({ runId }) => runId)),
      context.durations.overheads(withPlan.map(({ environmentId }) => environmentId)),
      runQuickChecks(context, locks.fault === undefined),
    ]);
    const sources = { at, environments, latest, progress, queues, workers, containers, locks, expected };
    const overview = buildOverview({
      ...sources,
      overheads,
      queued,
      reservations,
      bars: [],
      maxBars: 0,
      lockStoreKind: context.locks.kind,
    });
    const here = hostname();
    const hasRemoteWorkers = workers.some(({ alive, host }) => alive && host !== here);
    const engineFault = context.statusCache.engineFault();
    return buildStatus({ ...sources, engineFault, overview, findings, hasRemoteWorkers, alerts, host: here });
  },
});

/** Without the checks of locks when the lock store does not respond: they would wait for it. */
async function runQuickChecks(context: Context, locksRespond: boolean) {
  const { config, database, locks, workers, environments } = context;
  const selected = quickChecks.filter(({ area }) => area !== 'locks' || locksRespond);
  const problems = await findProblems(
    selected.map(({ check }) => check),
    { config, database, locks, workers, allEnvironments: () => environments.list() },
  );
  return selected.map(({ area }, index) => ({ area, findings: problems[index] ?? [] }));
}

export const showConfig = defineOperation({
  name: 'config.show',
  method: 'GET',
  path: '/api/config',
  summary: 'Show the settings of the server; secrets are hidden',
  role: 'operator',
  audited: false,
  input: z.object({}),
  output: z.object({
    settings: z.array(
      z.object({
        name: z.string(),
        group: z.string(),
        description: z.string(),
        value: z.string().nullable(),
        source: z.enum(['default', 'file', 'environment']),
      }),
    ),
  }),
  async run({ config }) {
    const settings = describeConfig(config);
    return { settings: settings.map((setting) => ({ ...setting, value: setting.value ?? null })) };
  },
});
