import type { Config } from '../config/config.ts';
import { createSecretBox } from '../crypto/secret-box.ts';
import type { Logger } from '../log.ts';
import type { Configuration, Context } from '../operations/core/context.ts';
import { createAccess } from '../store/access/access.ts';
import { fillNameKeys } from '../store/access/name-keys.ts';
import { applyTransaction } from '../store/database/apply-transaction.ts';
import type { Database } from '../store/database/database.ts';
import { type EmbeddedDatabase, openEmbedded } from '../store/database/embedded.ts';
import { migrate } from '../store/database/migrate.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { loadKey } from '../store/secret-key.ts';
import { createAlerts } from '../store/tables/alerts.ts';
import { createAttempts } from '../store/tables/attempts.ts';
import { createCauseNotes } from '../store/tables/cause-notes.ts';
import { createCestChecksTable } from '../store/tables/cest-checks.ts';
import { createChannels } from '../store/tables/channels.ts';
import { createComparedRuns } from '../store/tables/compared-runs.ts';
import { createComparisons } from '../store/tables/comparisons.ts';
import { createDurations } from '../store/tables/durations.ts';
import { createEnvironments } from '../store/tables/environments.ts';
import { createEvents } from '../store/tables/events.ts';
import { createFirings } from '../store/tables/firings.ts';
import { createHooks } from '../store/tables/hooks.ts';
import { createIdempotencyKeys } from '../store/tables/idempotency-keys.ts';
import { createImportSources } from '../store/tables/import-sources.ts';
import { createMatrix } from '../store/tables/matrix.ts';
import { createMessageRules } from '../store/tables/message-rules.ts';
import { createMessageTemplates } from '../store/tables/message-templates.ts';
import { createMessages } from '../store/tables/messages.ts';
import { createOverview } from '../store/tables/overview.ts';
import { createPastRuns } from '../store/tables/past-runs.ts';
import { createPlans } from '../store/tables/plans.ts';
import { createPlaywrightLists } from '../store/tables/playwright-lists.ts';
import { createQuarantines } from '../store/tables/quarantines.ts';
import { createReportedTests } from '../store/tables/reported-tests.ts';
import { createReservations } from '../store/tables/reservations.ts';
import { createResults } from '../store/tables/results.ts';
import { createRunHooks } from '../store/tables/run-hooks.ts';
import { createRuns } from '../store/tables/runs.ts';
import { createSavedSelections } from '../store/tables/saved-selections.ts';
import { fillScheduleKeys } from '../store/tables/schedule-keys.ts';
import { createSchedules, readClock } from '../store/tables/schedules.ts';
import { createShopModulesTable } from '../store/tables/shop-modules.ts';
import { createSubmissions } from '../store/tables/submissions.ts';
import { createTrends } from '../store/tables/trends.ts';
import { createVariables } from '../store/tables/variables.ts';
import { createWorkers } from '../store/tables/workers.ts';

export type AppDatabase = Database | EmbeddedDatabase;

/** The tables of the database, and its clock. */
export type Stores = Pick<
  Context,
  | 'access'
  | 'alerts'
  | 'attempts'
  | 'cestChecks'
  | 'changeConfiguration'
  | 'channels'
  | 'clock'
  | 'comparedRuns'
  | 'comparisons'
  | 'durations'
  | 'environments'
  | 'events'
  | 'firings'
  | 'hooks'
  | 'idempotencyKeys'
  | 'importSources'
  | 'notes'
  | 'matrix'
  | 'messages'
  | 'messageRules'
  | 'messageTemplates'
  | 'overview'
  | 'pastRuns'
  | 'plans'
  | 'playwrightLists'
  | 'quarantines'
  | 'reservations'
  | 'reportedTests'
  | 'results'
  | 'runHooks'
  | 'runs'
  | 'savedSelections'
  | 'schedules'
  | 'shopModules'
  | 'submissions'
  | 'trends'
  | 'variables'
  | 'workers'
>;

/** PostgreSQL when `DATABASE_URL` is set, else the embedded database of the data folder. Errors: those of the database. */
export async function openDatabase(config: Config, log: Logger): Promise<AppDatabase> {
  const { databaseUrl, dataFolder } = config.store;
  return databaseUrl === undefined
    ? openEmbedded({ folder: dataFolder, log })
    : openPostgres({ url: databaseUrl, log, timeoutMs: Math.max(1_000, config.worker.leaseMs / 5) });
}

/** Brings the schema up to date, loads the key of the secrets, and opens the tables. Errors: those of `migrate` and `loadKey`. */
export async function openStores(config: Config, log: Logger, database: AppDatabase): Promise<Stores> {
  await migrate(database, { log });
  await fillNameKeys({ database, log });
  await fillScheduleKeys({ database, log });
  const { dataFolder, secretKey } = config.store;
  const secrets = createSecretBox(await loadKey({ variable: secretKey, dataFolder, database }));
  const { sessionMs } = config.signIn;
  const configuration = (source: Database): Configuration => ({
    access: createAccess({ database: source, secrets, sessionMs }),
    channels: createChannels({ database: source, secrets }),
    clock: () => readClock(source),
    database: source,
    environments: createEnvironments({ database: source, secrets }),
    firings: createFirings({ database: source }),
    hooks: createHooks({ database: source }),
    importSources: createImportSources({ database: source, secrets }),
    messageRules: createMessageRules({ database: source }),
    messageTemplates: createMessageTemplates({ database: source }),
    messages: createMessages({ database: source }),
    savedSelections: createSavedSelections({ database: source }),
    schedules: createSchedules({ database: source }),
    shopModules: createShopModulesTable({ database: source }),
    variables: createVariables({ database: source, secrets }),
  });
  return {
    ...configuration(database),
    alerts: createAlerts({ database }),
    attempts: createAttempts({ database }),
    cestChecks: createCestChecksTable({ database }),
    comparedRuns: createComparedRuns({ database }),
    comparisons: createComparisons({ database }),
    durations: createDurations({ database }),
    runHooks: createRunHooks({ database }),
    events: createEvents({ database }),
    idempotencyKeys: createIdempotencyKeys({ database }),
    notes: createCauseNotes({ database }),
    matrix: createMatrix({ database }),
    pastRuns: createPastRuns({ database }),
    overview: createOverview({ database }),
    plans: createPlans({ database }),
    playwrightLists: createPlaywrightLists({ database }),
    quarantines: createQuarantines({ database }),
    reservations: createReservations({ database }),
    reportedTests: createReportedTests({ database }),
    results: createResults({ database }),
    runs: createRuns({ database }),
    submissions: createSubmissions({ database }),
    trends: createTrends({ database }),
    workers: createWorkers({ database }),
    changeConfiguration: (work) =>
      applyTransaction(database, (transaction) => work(configuration(transaction))),
  };
}
