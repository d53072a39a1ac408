import { memoize } from '../../async/single-flight.ts';
import type { CheckContext } from '../../doctor/check-context.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context } from '../core/context.ts';

/** What the checks of the doctor need for one examination of these environments. */
export function createCheckContext(
  context: Context,
  {
    environments,
    areNamed = false,
    maySignIn,
  }: { environments: readonly Environment[]; areNamed?: boolean; maySignIn: boolean },
): CheckContext {
  const { config, database, locks, workers, runs, queue, shopModules } = context;
  return {
    config,
    database,
    locks,
    workers,
    environments,
    shops: areNamed ? environments : environments.filter(({ paused }) => !paused),
    allEnvironments: () => context.environments.list(),
    shopCredentials: ({ id }) => context.environments.readShopCredentials(id),
    maySignIn,
    saveModules: (environment, names) => shopModules.save(environment, names),
    cestChecks: () => context.cestChecks.list(),
    runningClaims: () => queue.runningClaims(),
    runningCommits: () => runs.commitsInUse(),
    resolveSelection: context.resolveSelection,
    // Once for all checks: each would resolve the newest commit again.
    containers: memoize(() => context.containersContext()),
    inspections: { signIns: new Map(), temporaryContainers: new Map() },
  };
}
