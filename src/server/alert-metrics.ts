import { alertKinds, brokenStreak } from '../model/alert.ts';
import type { Context } from '../operations/core/context.ts';
import { createAlertQueries } from '../store/tables/alert-queries.ts';
import { installationScope } from '../store/tables/alerts.ts';
import type { Metrics } from './metric-definitions.ts';

/** Newest runs of an environment that are looked at for `matre_environment_broken_runs`. */
const maxBrokenRuns = 10;

/** Returns what sets the gauges of alerts, and of what they are decided by. Errors: those of the database. */
export function createAlertReader(
  metrics: Metrics,
  { alerts, database, workers }: Context,
): () => Promise<void> {
  const queries = createAlertQueries({ database });
  return async () => {
    const open = await alerts.countOpen();
    for (const kind of alertKinds) metrics.alerts.set({ kind }, open.get(kind) ?? 0);
    const unwatchedMs = await alerts.unwatchedMs(installationScope);
    if (unwatchedMs !== undefined) metrics.watched.set(unwatchedMs / 1000);
    const processes = await workers.list();
    const alive = processes.filter((worker) => worker.alive).length;
    metrics.workers.set({ state: 'alive' }, alive);
    metrics.workers.set({ state: 'lost' }, processes.length - alive);
    for (const { code, verdicts } of await queries.recentVerdicts(maxBrokenRuns)) {
      metrics.brokenRuns.set({ environment: code }, brokenStreak(verdicts));
    }
    const [oldest] = await queries.waitingHeads(0);
    metrics.headAge.set((oldest?.waitingMs ?? 0) / 1000);
    for (const { code, endsAt } of await queries.certificates()) {
      metrics.certificateEnd.set({ environment: code }, endsAt.getTime() / 1000);
    }
  };
}
