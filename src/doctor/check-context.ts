import type { Config } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { LockStore } from '../locks/lock.ts';
import type { FetchResult } from '../mftf/container/fetch.ts';
import type { EnvValue } from '../mftf/module/env-files.ts';
import type { Environment } from '../model/environment.ts';
import type { Commit, Modules } from '../modules/modules.ts';
import type { Inspection } from '../pool/inspect.ts';
import type { Pool } from '../pool/pool.ts';
import type { Selenium } from '../selenium/selenium.ts';
import type { Database } from '../store/database/database.ts';
import type { Workers } from '../store/tables/workers.ts';

/** What checks look at. */
export interface CheckContext {
  config: Config;
  database: Database;
  locks: LockStore;
  workers: Workers;
  /** Those that were asked for; all by default. */
  environments: readonly Environment[];
  allEnvironments(): Promise<Environment[]>;
  /** Whether who asks may act on shops: a wrong password counts there, and locks the account after some. */
  maySignIn: boolean;
  /** The runs under way, with the fences that they are held with. */
  runningClaims(): Promise<{ runId: number; fence: number }[]>;
  /** The commits that unfinished runs are pinned to. */
  runningCommits(): Promise<string[]>;
  /** Opened when it is first asked for. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  containers(): Promise<ContainersContext>;
}

/** The parts that touch containers, the test module and Selenium. */
export interface ContainersContext {
  engine: Engine;
  pool: Pool;
  inspection: Inspection;
  modules: Modules;
  /** The newest commit of the test module and where it is checked out, asked for once. Errors: as of `Modules.resolve`. */
  newest(): Promise<Commit & { path: string }>;
  /** Whose sessions of Selenium are ours, see `session-label.ts`. */
  installation: string;
  /** As this process reaches it. */
  selenium(): Promise<Selenium>;
  /** What addresses answer from within a container, see `fetch.ts`. */
  fetchInside(
    container: string,
    wanted: readonly { url: string; seconds: number }[],
  ): Promise<Map<string, FetchResult>>;
  /** What MFTF reads for an environment, secrets too. Errors: MODULE_ENV_FILE_MISSING and those of the module. */
  valuesOf(environment: Environment): Promise<EnvValue[]>;
}
