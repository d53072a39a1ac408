import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { ModuleSource } from '../../config/config.ts';
import type { Engine } from '../../engine/engine.ts';
import type { SendHookRequest } from '../../hooks/hook-place.ts';
import type { Environment } from '../../model/environment.ts';
import type { OutcomeHistory } from '../../model/failure.ts';
import type { GenerationMode } from '../../model/generation.ts';
import type { PatchSource } from '../../model/patch.ts';
import type { ReplayMode } from '../../model/replay.ts';
import type { RunDataMode } from '../../model/run-data.ts';
import type { EnvironmentSources, SourcedModule } from '../../modules/environment-sources.ts';
import type { Modules } from '../../modules/modules.ts';
import type { Pool } from '../../pool/pool.ts';
import type { ReplayRecorders } from '../../replay/recorder.ts';
import type { Selenium } from '../../selenium/selenium.ts';
import type { Sessions } from '../../selenium/sessions.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Validations } from '../closure/validation.ts';
import type { Layout } from '../container/layout.ts';
import type { CestChecks } from '../generation/cest-checks.ts';
import type { Snapshots } from '../generation/snapshots.ts';
import type { SuiteClasses } from '../generation/suite-classes.ts';
import type { EnvFilesInput } from '../module/env-files.ts';
import type { ShopModulesSource } from '../shop-modules/shop-modules.ts';
import type { DownloadSettings } from './download-route.ts';
import type { FurtherTests } from './further-tests.ts';

export interface RunnerDependencies {
  engine: Engine;
  pool: Pool;
  /** The image and the modules of an environment. Errors: CONFIG_INVALID, SECRET_KEY_WRONG. */
  sourcesOf(environment: Environment): Promise<EnvironmentSources>;
  /** The source of a repository without credentials, among the modules of an environment or beside them. */
  sourceOfAddress(modules: readonly SourcedModule[], address: string): ModuleSource;
  modules: Pick<Modules, 'of'>;
  catalogs: Catalogs;
  snapshots: Snapshots;
  suiteClasses: SuiteClasses;
  cestChecks: Pick<CestChecks, 'differenceOf' | 'request'>;
  validations: Validations;
  /** The tests of another tool than MFTF. */
  furtherTests: FurtherTests;
  shopModules: ShopModulesSource;
  artifacts: Artifacts;
  /** Threads for test modules and images. */
  readers: Threads;
  /** Threads for the result files of tests. */
  resultReaders: Threads;
  layout: Layout;
  /**
   * The values that matre stores for an environment, decrypted. Those of an attempt are the same to its end, hooks after the tests included:
   * a rotation whose time comes meanwhile counts for later attempts.
   */
  readValues(
    environment: Environment,
    claim: { runId: number; fence: number },
  ): Promise<Pick<EnvFilesInput, 'globals' | 'variables' | 'adminPassword' | 'shopCredentials'>>;
  selenium: EnvFilesInput['selenium'];
  secretRule: EnvFilesInput['rule'];
  /** How long the tests of a run took before. */
  expected(runId: number): Promise<readonly ExpectedDuration[]>;
  /** The earlier outcomes of the tests of a run on its environment, by `<suite>:<test>`. */
  outcomes(runId: number): Promise<ReadonlyMap<string, OutcomeHistory>>;
  /** Selenium as this process reaches it. */
  locateSelenium(): Promise<Selenium>;
  sessions: Pick<Sessions, 'endLabelled' | 'findLabelled'>;
  /** Record browsers; shared by all tests of this process. */
  replays: ReplayRecorders;
  /** Sends the HTTP requests of hooks, to allowed addresses. */
  sendHookRequest: SendHookRequest;
  /** The installation that browser sessions are labelled with. */
  installation: string;
  /** Where the files of runs are stored, on this machine. */
  dataFolder: string;
  /** See `createPhp`; shared by all tests of this process. */
  outputPace(bytes: number): Promise<void>;
  settings: RunnerSettings;
}

export interface RunnerSettings {
  downloads: DownloadSettings;
  /** A browser is kept for the next test. */
  reusesBrowsers: boolean;
  /** What is recorded of browsers, unless the environment says. */
  replay: ReplayMode;
  /** The PHP program in the container. */
  php: string;
  phpMemoryBytes: number;
  heartbeatMs: number;
  testTimeoutMs: number;
  generation: GenerationMode;
  runData: RunDataMode;
  generationTimeoutMs: number;
  /** Names of variables that generation may read besides those that MFTF is known to read. */
  generationVariables: string[];
  patches: readonly PatchSource[];
  /** Folders of the host in the containers. */
  mounts: readonly { source: string; target: string }[];
  /** A test of one of these groups is never executed beside another one of its environment. */
  exclusiveGroups: string[];
  /** How often a failed test is retried, unless its run says: by default, and by its groups. */
  retryFailed: { times: number; groups: readonly { group: string; times: number }[] };
  /** Why generated files must not be reused by other runs; `undefined` when they may. */
  notCacheableReason: string | undefined;
}
