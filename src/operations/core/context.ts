import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { Config } from '../../config/config.ts';
import type { ContainersContext } from '../../doctor/check-context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LockCounts } from '../../locks/instrumented.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { LayeredValue } from '../../mftf/module/env-files.ts';
import type { Environment } from '../../model/environment.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import type { Commit } from '../../modules/modules.ts';
import type { ContainerInspection } from '../../pool/inspect.ts';
import type { Pool } from '../../pool/pool.ts';
import type { Queue } from '../../queue/queue.ts';
import type { ResultSpool } from '../../queue/result-spool.ts';
import type { Clock, Firer } from '../../schedule/fire.ts';
import type { Access } from '../../store/access/access.ts';
import type { Database } from '../../store/database/database.ts';
import type { Attempts } from '../../store/tables/attempts.ts';
import type { Durations } from '../../store/tables/durations.ts';
import type { Environments } from '../../store/tables/environments.ts';
import type { Events } from '../../store/tables/events.ts';
import type { Firings } from '../../store/tables/firings.ts';
import type { IdempotencyKeys } from '../../store/tables/idempotency-keys.ts';
import type { Overview } from '../../store/tables/overview.ts';
import type { Plans } from '../../store/tables/plans.ts';
import type { Results } from '../../store/tables/results.ts';
import type { Runs } from '../../store/tables/runs.ts';
import type { Schedules } from '../../store/tables/schedules.ts';
import type { Variables } from '../../store/tables/variables.ts';
import type { Workers } from '../../store/tables/workers.ts';
import type { CurrentCatalog, StatusCache } from './status-cache.ts';

/** What operations work with. `app.ts` puts it together. */
export interface Context {
  config: Config;
  log: Logger;
  database: Database;
  access: Access;
  environments: Environments;
  variables: Variables;
  runs: Runs;
  plans: Plans;
  results: Results;
  attempts: Attempts;
  events: Events;
  idempotencyKeys: IdempotencyKeys;
  durations: Durations;
  workers: Workers;
  overview: Overview;
  statusCache: StatusCache;
  schedules: Schedules;
  firings: Firings;
  firer: Firer;
  /** What schedules go by. */
  clock: Clock;
  queue: Queue;
  locks: LockStore;
  /** What happened to the locks of this process. */
  lockCounts: LockCounts;
  waiting: Pick<ResultSpool, 'claims'>;
  artifacts: Artifacts;
  /** Makes the engine when it is first needed, so that commands that touch no container work without one. */
  pool(): Promise<Pick<Pool, 'list' | 'replace' | 'prune'>>;
  /**
   * The tests that a selection covers in the test module as it is now; `undefined` when the module is not at hand, and then
   * the run finds out. Errors: SELECTION_UNKNOWN with the nearest names, SELECTION_EMPTY.
   */
  resolveSelection(selection: Selection): Promise<PlannedTest[] | undefined>;
  /**
   * What there is to test, in the image and at the newest commit of the module. Errors: CONFIG_INVALID without a module,
   * MODULE_CHECKOUT_FAILED, MODULE_INVALID, IMAGE_MISSING, and those of the engine.
   */
  catalog(): Promise<CurrentCatalog>;
  /** Which variables that tests may read nobody has set for an environment, in a sentence. Errors: as of `catalog`. */
  unsetVariables(environment: Environment, tests: PlannedTest[]): Promise<string | undefined>;
  /** What can be seen of the containers of an environment, slot by slot. Errors: those of the engine. */
  inspectContainers(environment: Environment): Promise<{
    engine: Engine['kind'];
    slots: { slot: number; seen: ContainerInspection | undefined }[];
  }>;
  /**
   * The values that tests would get on an environment now, and where each comes from. Errors: as of `catalog`, and
   * MODULE_ENV_FILE_MISSING.
   */
  effective(environment: Environment): Promise<{ commit: Commit; file: string; values: LayeredValue[] }>;
  /** The ids of the sessions of the browser that a run has open now, as far as they are known here. Never rejects. */
  sessionsOf(runId: number): Promise<string[]>;
  /** What `matre doctor` looks at of containers, module and Selenium. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  examined(): Promise<ContainersContext>;
}
