import type { AllureReports } from '../../allure/report-maker.ts';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { Config } from '../../config/config.ts';
import type { ContainersContext } from '../../doctor/check-context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LockCounts } from '../../locks/instrumented.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { DeliveryOptions } from '../../messages/channels/channel.ts';
import type { FactsSource } from '../../messages/facts/facts-source.ts';
import type { ResolvedSelection } from '../../mftf/catalog/selection.ts';
import type { OtherFiles } from '../../mftf/impact/changed-files.ts';
import type { ChangedTests } from '../../mftf/impact/changed-tests.ts';
import type { StepPlace } from '../../mftf/impact/step-places.ts';
import type { TestChanges } from '../../mftf/impact/test-changes.ts';
import type { LintAccess } from '../../mftf/lint/lint-sources.ts';
import type { EnvironmentTests } from '../../mftf/lint/tests-above.ts';
import type { VariableUsers } from '../../mftf/lint/variable-users.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import type { ComparedValue } from '../../mftf/module/compare-values.ts';
import type { LayeredValue } from '../../mftf/module/env-files.ts';
import type { TestSteps } from '../../mftf/steps/test-steps.ts';
import type { SecretRule } from '../../model/env-file/secret-rule.ts';
import type { Environment } from '../../model/environment.ts';
import type { HookTask } from '../../model/hook.ts';
import type { PinnedModule } from '../../model/module-source.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import type { LinkedModule } from '../../model/source-link/source-link.ts';
import type { Commit, CommitRange, ElementChange } from '../../modules/modules.ts';
import type { ContainerInspection } from '../../pool/inspect.ts';
import type { Pool } from '../../pool/pool.ts';
import type { Queue } from '../../queue/queue.ts';
import type { ResultSpool } from '../../queue/result-spool.ts';
import type { Clock, Firer } from '../../schedule/fire.ts';
import type { Access } from '../../store/access/access.ts';
import type { Database } from '../../store/database/database.ts';
import type { Alerts } from '../../store/tables/alerts.ts';
import type { Attempts } from '../../store/tables/attempts.ts';
import type { CauseNotes } from '../../store/tables/cause-notes.ts';
import type { CestChecksTable } from '../../store/tables/cest-checks.ts';
import type { Channels } from '../../store/tables/channels.ts';
import type { ComparedRuns } from '../../store/tables/compared-runs.ts';
import type { Comparisons } from '../../store/tables/comparisons.ts';
import type { Durations } from '../../store/tables/durations.ts';
import type { Environments } from '../../store/tables/environments.ts';
import type { Events } from '../../store/tables/events.ts';
import type { Firings } from '../../store/tables/firings.ts';
import type { Hooks } from '../../store/tables/hooks.ts';
import type { IdempotencyKeys } from '../../store/tables/idempotency-keys.ts';
import type { ImportSources } from '../../store/tables/import-sources.ts';
import type { Matrix } from '../../store/tables/matrix.ts';
import type { MessageRules } from '../../store/tables/message-rules.ts';
import type { MessageTemplates } from '../../store/tables/message-templates.ts';
import type { Messages } from '../../store/tables/messages.ts';
import type { Overview } from '../../store/tables/overview.ts';
import type { PastRuns } from '../../store/tables/past-runs.ts';
import type { Plans } from '../../store/tables/plans.ts';
import type { PlaywrightLists } from '../../store/tables/playwright-lists.ts';
import type { Quarantines } from '../../store/tables/quarantines.ts';
import type { ReportedTests } from '../../store/tables/reported-tests.ts';
import type { Reservations } from '../../store/tables/reservations.ts';
import type { Results } from '../../store/tables/results.ts';
import type { RunHooks } from '../../store/tables/run-hooks.ts';
import type { Runs } from '../../store/tables/runs.ts';
import type { SavedSelections } from '../../store/tables/saved-selections.ts';
import type { Schedules } from '../../store/tables/schedules.ts';
import type { ShopModulesTable } from '../../store/tables/shop-modules.ts';
import type { Submissions } from '../../store/tables/submissions.ts';
import type { Trends } from '../../store/tables/trends.ts';
import type { Variables } from '../../store/tables/variables.ts';
import type { Workers } from '../../store/tables/workers.ts';
import type { CurrentCatalog, StatusCache } from './status-cache.ts';

/** The tables of what users configure, and what operations on them read besides, all in one transaction. */
export type Configuration = Pick<
  Context,
  | 'access'
  | 'channels'
  | 'clock'
  | 'database'
  | 'environments'
  | 'firings'
  | 'hooks'
  | 'importSources'
  | 'messageRules'
  | 'messageTemplates'
  | 'messages'
  | 'savedSelections'
  | 'schedules'
  | 'shopModules'
  | 'variables'
>;

/** Where a selection is to be executed. */
export interface SelectionPlace {
  /** None: with the sources of the settings. */
  environments?: readonly Environment[] | undefined;
  /** Of the first test module of each. */
  ref?: string | undefined;
}

/** A test, and where it is to be executed. */
export interface StepsPlace {
  /** None: with the sources of the settings and all modules. */
  environment?: Environment | undefined;
  /** Of the first test module. */
  ref?: string | undefined;
  test: string;
}

/** The steps of a test. */
export interface ResolvedSteps {
  commit: Commit;
  testModules: CheckedOutModules;
  /** A sentence that says which modules are read; `undefined` without an environment, and then all are. */
  modules: string | undefined;
  /** Without secrets of the environment. */
  steps: TestSteps;
  /** What tests get on the environment, or why that is not known; `undefined` without an environment. */
  values: { layers: LayeredValue[] } | { missing: string } | undefined;
}

/** The sources of environments at one moment: each is resolved once. */
export interface SourcesAt {
  /**
   * The image and the test modules of an environment, by default of the settings, checked out at their newest commits; the first module at
   * the ref. Errors: as of `Context.catalog`.
   */
  of(environment?: Environment): Promise<{ image: string; testModules: CheckedOutModules }>;
}

/** Two commits of the first test module of an environment, by default of the settings. */
export interface CommitsToCompare {
  environment?: Environment | undefined;
  /** The later one; by default the newest of its branch. */
  ref?: string | undefined;
  /** The earlier one: a branch, a tag or a commit. */
  since: string;
  /** Compares with the newest commit that both come from instead. */
  mergeBase?: boolean | undefined;
  /** Whose image and modules the earlier side has; by default those of `environment`. */
  sinceEnvironment?: Environment | undefined;
}

/** The later commit, and the earlier one. */
interface ComparedCommits {
  commit: Commit;
  since: Commit;
}

/** The commit that changed a step last, and which of its places that was. */
export type StepChange = ElementChange & { place: StepPlace };

/** Which tests differ between commits. Errors of all: as of `Context.catalog`, REF_UNKNOWN, REF_UNRELATED. */
export interface Impact {
  /**
   * The tests that differ between two commits of the first test module, with the other modules at their newest commits on both sides.
   * `selected`: the tests that a selection covers. Errors: SELECTION_UNKNOWN, SELECTION_EMPTY.
   */
  changedTests(
    request: CommitsToCompare & { selection?: Selection | undefined; at?: SourcesAt | undefined },
  ): Promise<
    ChangedTests & ComparedCommits & { otherFiles: OtherFiles['others']; selected: PlannedTest[] | undefined }
  >;
  /** The difference of one test. Errors: NOT_FOUND. */
  testChanges(request: CommitsToCompare & { test: string }): Promise<TestChanges & ComparedCommits>;
  /**
   * The difference of a test between the modules of two runs, with the image that the environment has now. `stepChange` is of the step
   * and what it resolves to; `undefined` when all of it is in the image. Errors: NOT_FOUND.
   */
  changesBetween(request: {
    environment: Environment;
    before: PinnedModules;
    after: PinnedModules;
    test: string;
    stepKey?: string | undefined;
  }): Promise<TestChanges & { stepChange: StepChange | undefined }>;
}

type PinnedModules = readonly [PinnedModule, ...PinnedModule[]];

/** What operations work with. `app.ts` creates it. */
export interface Context {
  config: Config;
  log: Logger;

  /** Runs what takes long: for each key some at a time, so that one user keeps no other from being answered. Errors: USER_BUSY. */
  longTurns<Result>(key: string, work: () => Promise<Result>): Promise<Result>;

  // The database, and its tables.

  database: Database;
  /** Users, their sessions and tokens, and the audit trail. */
  access: Access;
  environments: Environments;
  variables: Variables;
  /** Commands and requests before and after runs. */
  hooks: Hooks;
  /** The hooks that runs executed. */
  runHooks: RunHooks;
  runs: Runs;
  plans: Plans;
  /** The tests of Playwright that runs listed. */
  playwrightLists: PlaywrightLists;
  results: Results;
  /** Planned tests with their results, page by page. */
  reportedTests: ReportedTests;
  /** The finished runs that comparisons read. */
  comparedRuns: ComparedRuns;
  quarantines: Quarantines;
  /** Times in which environments are kept for their owners. */
  reservations: Reservations;
  /** What users know about causes of failures. */
  notes: CauseNotes;
  /** States that an operator must act on. */
  alerts: Alerts;
  attempts: Attempts;
  cestChecks: CestChecksTable;
  events: Events;
  /** Answers to requests with an idempotency key. */
  idempotencyKeys: IdempotencyKeys;
  /** What was imported from other systems. */
  importSources: ImportSources;
  /** Durations and outcome histories of tests. */
  durations: Durations;
  /** The processes that execute runs. */
  workers: Workers;
  /** Queries over all environments. */
  overview: Overview;
  /** Sums over days. */
  trends: Trends;
  schedules: Schedules;
  savedSelections: SavedSelections;
  /** Where messages go. */
  channels: Channels;
  /** What is sent to channels. */
  messages: Messages;
  /**
   * Runs `work` with tables that write in one transaction, and alone: another call waits until its end. Rejects as `work` does, and then
   * nothing has changed.
   */
  changeConfiguration<T>(work: (tables: Configuration) => Promise<T>): Promise<T>;
  /** Which notices are announced on which channel, also the subscriptions of users. */
  messageRules: MessageRules;
  /** The facts that messages show. */
  facts: FactsSource;
  /** The templates that differ from the defaults. */
  messageTemplates: MessageTemplates;
  firings: Firings;
  /** What was requested at once over several environments. */
  submissions: Submissions;
  /** The classes of results, compared with the history. */
  comparisons: Comparisons;
  /** The tests of submissions by environments. */
  matrix: Matrix;
  /** Earlier runs of environments with their results. */
  pastRuns: PastRuns;
  /** The enabled modules of shops. */
  shopModules: ShopModulesTable;

  // Coordination between processes.

  queue: Queue;
  locks: LockStore;
  /** Counters of the locks of this process. */
  lockCounts: LockCounts;
  firer: Firer;
  /** The time that schedules use. */
  clock: Clock;

  // Files of runs.

  artifacts: Artifacts;
  /** Pages of Allure. */
  allureReports: AllureReports;
  /** The results on this host that wait for the database. */
  resultSpool: Pick<ResultSpool, 'claims'>;

  // Channels.

  /** What channels send messages with. */
  outgoing: Pick<DeliveryOptions<unknown, unknown>, 'http' | 'connect' | 'readPicture'>;

  // Containers, and the tests in them.

  /** Cached state of containers, locks and tests. */
  statusCache: StatusCache;
  /** Created at the first call, so that commands without containers need no engine. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  pool(): Promise<Pick<Pool, 'list' | 'replace' | 'prune'>>;
  /**
   * The tests that a selection covers now, with the image and the test modules of the environments (one that covers other tests is
   * checked, too), else of the settings; `undefined` when they cannot be read here: then the run resolves it. Errors: REF_UNKNOWN,
   * SELECTION_UNKNOWN with the nearest names, SELECTION_EMPTY.
   */
  resolveSelection(selection: Selection, place?: SelectionPlace): Promise<PlannedTest[] | undefined>;
  /**
   * The tests of the image and of the newest commits of the test modules of an environment, by default of the settings. `ref`: of the
   * first module. Errors: CONFIG_INVALID without a module, REF_UNKNOWN, MODULE_CHECKOUT_FAILED, MODULE_INVALID, IMAGE_MISSING, and those
   * of the engine.
   */
  catalog(place?: {
    environment?: Environment | undefined;
    ref?: string | undefined;
  }): Promise<CurrentCatalog>;
  /**
   * The steps of a test as MFTF runs them on an environment, with the modules that its shop listed last. Errors: NOT_FOUND, MODULE_INVALID
   * for a test that MFTF does not generate, and as of `catalog`.
   */
  testSteps(place: StepsPlace): Promise<ResolvedSteps>;
  /**
   * The definitions of the image of an environment with its test modules at their newest commits, the first one at the ref. `tests`
   * are those that MFTF generates there, `undefined` when it generates none. Errors: as of `catalog`.
   */
  lint(place?: { environment?: Environment | undefined; ref?: string | undefined }): Promise<{
    commit: Commit;
    testModules: readonly LinkedModule[];
    definitions: LintAccess;
    tests(): Promise<EnvironmentTests | undefined>;
  }>;
  /** The definitions of the image of an environment alone, as `outlinesToBytes` writes them. Errors: as of `catalog`. */
  lintTree(environment?: Environment): Promise<Uint8Array>;
  /** Which tests differ between commits. */
  impact: Impact;
  /** The sources of environments now, for several previews. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  sourcesAt(ref?: string): Promise<SourcesAt>;
  /**
   * The commits of the test module after one and up to another, the newest first. `undefined` when this host does not know them. Errors:
   * those of opening the container engine.
   */
  commitRange(ends: { from: string; to: string }): Promise<CommitRange | undefined>;
  /**
   * The tests that a selection covers on an environment with its sources, and with the modules that its shop listed last. `modules` says
   * which they are; `unset` names the variables which tests may read and which the environment lacks, `overridden` the values of the test
   * module that it overrides with other ones, and `missingFiles` the files which tests attach and which no module has. Errors: as of
   * `catalog`, SELECTION_UNKNOWN, SELECTION_EMPTY, MODULE_ENV_FILE_MISSING.
   */
  previewOn(
    environment: Environment,
    selection: Selection,
    at: SourcesAt,
  ): Promise<
    ResolvedSelection & {
      /** What is not known of the tests of Playwright; `undefined` when the selection has none. */
      note?: string | undefined;
      modules: string;
      unset: string | undefined;
      overridden: string | undefined;
      missingFiles: string | undefined;
    }
  >;
  /** Inspects the containers of an environment, replica by replica. Errors: those of the engine. */
  inspectContainers(environment: Environment): Promise<{
    engine: Engine['kind'];
    slots: { slot: number; seen: ContainerInspection | undefined }[];
  }>;
  /** Decides which variables are secret, and which every user may see. */
  secretRule: SecretRule;
  /**
   * The values that tests would get on an environment now, each with its layer. Errors: as of `catalog`, and
   * MODULE_ENV_FILE_MISSING.
   */
  effectiveValues(
    environment: Environment,
  ): Promise<{ commit: Commit; file: string; values: LayeredValue[] }>;
  /** The values that tests would get now on two environments, side by side. Errors: as of `effectiveValues`. */
  compareValues(one: Environment, other: Environment): Promise<ComparedValue[]>;
  /**
   * How many tests may read each value of an environment, and what they may read that has no value, among the tests of its sources that its
   * shop has. Errors: as of `effectiveValues` and `catalog`.
   */
  variableUsers(
    environment: Environment,
  ): Promise<VariableUsers & { commit: Commit; layers: LayeredValue[] }>;
  /** The names of the tests that may read a variable there. Errors: as of `variableUsers`. */
  testsReading(environment: Environment, name: string): Promise<{ commit: Commit; tests: string[] }>;
  /**
   * Executes a hook once, outside of a run, on an environment where no run is under way; one that waits sends one request. `output`: the
   * end of its log, without secrets. Errors: ENVIRONMENT_BUSY, and those of the values, the locks, the pool and the engine.
   */
  tryHook(
    environment: Environment,
    hook: HookTask,
  ): Promise<{ passed: boolean; message: string | undefined; durationMs: number; output: string }>;
  /** The ids of the browser sessions that a run has open now, as far as this process can find them. Never rejects. */
  sessionsOf(runId: number): Promise<string[]>;
  /** The part of the doctor's check context that touches containers. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  containersContext(): Promise<ContainersContext>;
}
