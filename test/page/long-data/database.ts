import { hashPassword } from '../../../src/crypto/password.ts';
import { noRunOptions } from '../../../src/model/run-options.ts';
import { emptySelection } from '../../../src/model/selection.ts';
import type { Context } from '../../../src/operations/core/context.ts';
import { createComparisons } from '../../../src/store/tables/comparisons.ts';
import { runComparer } from '../../../src/store/tables/run-comparer.ts';
import { addEnvironments, addHooks, addReservations } from './environments.ts';
import { insertRows, minutesAgo } from './insert.ts';
import { addMessages } from './messages.ts';
import {
  brokenMessage,
  environmentCode,
  environmentCount,
  groups,
  pauseReason,
  scheduleName,
  suites,
  testName,
  userName,
} from './names.ts';
import { type RunRows, runRows } from './runs.ts';
import { addTriage } from './triage.ts';

/** The admin that the data has; the other users have no password of their own. */
export const admin = { name: userName(0), password: 'correct horse battery' };

/** Has a second factor, and the longest name. */
export const secondFactorUser = userName(10);

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The longest name and value of variables, as an address of a shop with its parameters. */
export const longVariable = {
  name: 'MAGENTO_CLOUD_NORTHERN_WAREHOUSE_WHOLESALE_STOREFRONT_CHECKOUT_SUCCESS_PAGE_REDIRECT_URL',
  value: `https://shop.northern-warehouse.example.org/checkout/onepage/success/?${'campaign=autumn&'.repeat(16)}end=1`,
};

/**
 * Fills the empty database of an app: 200 environments, 3,000 tests with results, about 1,000 runs, schedules, users, tokens,
 * variables and an audit trail. Returns the ids of runs of each kind.
 */
export async function fillDatabase(context: Context): Promise<RunRows['ids']> {
  const { database, variables } = context;
  await addEnvironments(database);
  await addSchedules(database);
  const { ids, submissions, runs, plans, results, attempts, events, durations } = runRows();
  await insertRows(database, 'submission', submissions);
  await insertRows(database, 'run', runs);
  await insertRows(database, 'planned_test', plans);
  await insertRows(database, 'result', results);
  await insertRows(database, 'attempt', attempts);
  await insertRows(database, 'run_event', events);
  await insertRows(database, 'test_duration', durations);
  await markOldRuns(database);
  await addTestDays(database);
  await compareLastNights(database);
  await addFirings(database, ids.failed);
  await addPeople(database);
  await addHooks(database, ids);
  await addReservations(database, ids);
  await addWorkers(database);
  for (const [index, variable] of longVariables().entries()) {
    const description =
      index % 3 === 0 ? `Of the northern warehouse; ${'asked for by mail, '.repeat(6)}` : '';
    await variables.set('global', variable);
    await variables.set(1, { ...variable, description: description.trim() }, userName(2));
  }
  const at = new Date(Date.now() + 86_400_000);
  const name = `${longVariable.name}_PASSWORD`;
  await variables.rotate(1, { name, value: 'rotated', at, by: userName(3) });
  await addTriage(context);
  await addSavedSelections(context);
  await addMessages(context, ids.submission);
  await database.script('ANALYZE');
  return ids;
}

type Database = Context['database'];

async function addSavedSelections({ savedSelections, database }: Context): Promise<void> {
  for (const index of numbers(8)) {
    await savedSelections.create({
      name: scheduleName(index),
      description: index % 2 === 0 ? pauseReason : '',
      selection: {
        ...{ ...emptySelection, tests: numbers(24).map(testName), suites },
        patterns: [`${testName(1).slice(0, 70)}*`],
        ...(index % 2 === 1 && {
          severities: ['BLOCKER', 'CRITICAL'],
          modules: ['NorthernWarehouse_Wholesale*'],
        }),
      },
      priority: index,
      options: noRunOptions,
      environmentIds: numbers(index * 3).map((each) => each + 1),
      disabled: index % 4 === 3 ? { since: new Date(minutesAgo(600)), by: userName(1) } : undefined,
      appliedFrom: undefined,
      createdBy: userName(index),
    });
  }
  await database.query(`UPDATE schedule SET saved_selection_id = 2 WHERE id IN (1, 2, 3)`);
}

/** The first submission whose runs are compared with those before it. */
const comparedFrom = 15;

/** Leaves all other runs out of the comparison, with which a server would be busy meanwhile. */
async function markOldRuns(database: Database): Promise<void> {
  // Runs are compared in the order of their fences.
  await database.query(
    `UPDATE run SET fence = id, compared_at = CASE WHEN submission_id >= $1 THEN NULL ELSE finished_at END
     WHERE state = 'finished'`,
    [comparedFrom],
  );
}

async function compareLastNights(database: Database): Promise<void> {
  const comparisons = createComparisons({ database });
  for (const environmentId of await comparisons.pendingEnvironments()) {
    while ((await comparisons.compareNext(environmentId, runComparer)) !== undefined);
  }
}

/** The sums of days that trends are made of. */
async function addTestDays(database: Database): Promise<void> {
  await database.query(
    `INSERT INTO test_day (day, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
     SELECT (queued_at AT TIME ZONE 'UTC')::date, environment_id, test, suite,
       count(*) FILTER (WHERE status = 'passed'), count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'passed' AND test LIKE '%7Test'), count(*) FILTER (WHERE status = 'broken'),
       coalesce(sum(duration_ms) FILTER (WHERE status IN ('passed', 'failed')), 0)
     FROM result JOIN run ON run.id = run_id WHERE compared_at IS NOT NULL
     GROUP BY 1, 2, 3, 4`,
  );
}

async function addSchedules(database: Database): Promise<void> {
  const schedules = numbers(12).map((index) => ({
    ...{ id: index + 1, name: scheduleName(index), cron: index === 0 ? '30 1,13 * * 1-5' : '0 2 * * *' },
    ...{ zone: index % 2 === 0 ? 'America/Argentina/ComodRivadavia' : 'Europe/Madrid', priority: index * 10 },
    selection:
      index % 2 === 0
        ? { ...emptySelection, tests: numbers(24).map(testName), suites, exclude: [testName(40)] }
        : { ...emptySelection, groups: groups.slice(0, 4) },
    ...{
      overlap: index % 2 === 0 ? 'replace' : 'skip',
      missed: 'once',
      catch_up_minutes: 360,
      day_rule: 'vixie',
    },
    paused_at: index % 4 === 3 ? minutesAgo(600) : null,
    next_at: index % 4 === 3 ? null : minutesAgo(-600 + index),
    ...{ revision: 3, created_by: userName(index), created_at: minutesAgo(80_000) },
  }));
  await insertRows(database, 'schedule', schedules);
  await insertRows(
    database,
    'schedule_environment',
    schedules.flatMap(({ id }) =>
      numbers(8).map((index) => ({ schedule_id: id, environment_id: id === 1 ? index * 8 + 1 : index + id })),
    ),
  );
}

async function addFirings(database: Database, newestRun: number): Promise<void> {
  const failure = { reason_code: 'ENVIRONMENT_UNKNOWN', reason_message: `${brokenMessage} ${pauseReason}` };
  const none = { reason_code: null, reason_message: null };
  await insertRows(
    database,
    'schedule_firing',
    numbers(60).map((index) => {
      const outcome = index % 7 === 3 ? 'failed' : index % 5 === 2 ? 'skipped' : 'fired';
      const isManual = index % 6 === 5;
      return {
        ...{ id: index + 1, schedule_id: (index % 3) + 1 },
        due_at: isManual ? null : minutesAgo(1440 * (20 - index / 3)),
        ...{
          fired_at: minutesAgo(1440 * (20 - index / 3) - 0.2),
          fired_by: isManual ? userName(5) : null,
          outcome,
        },
        runs: outcome === 'fired' ? numbers(8).map((nth) => newestRun - nth) : [],
        ...{ missed: index % 4 === 0 ? 12 : 0, ...(outcome === 'fired' ? none : failure) },
      };
    }),
  );
}

async function addPeople(database: Database): Promise<void> {
  const password = await hashPassword(admin.password);
  await insertRows(
    database,
    'account',
    numbers(40).map((index) => ({
      ...{ id: index + 1, name: userName(index), name_key: userName(index) },
      role: index === 0 ? 'admin' : index % 3 === 0 ? 'operator' : 'viewer',
      ...{
        password: index % 2 === 0 ? password : null,
        oidc_issuer: index % 2 === 0 ? null : 'https://id.example',
      },
      oidc_subject: index % 2 === 0 ? null : String(index),
      ...{ created_at: minutesAgo(70_000), signed_in_at: index % 4 === 3 ? null : minutesAgo(index * 100) },
    })),
  );
  await insertRows(
    database,
    'second_factor',
    [3, 5, 11].map((id) => ({
      account_id: id,
      secret: '-',
      begun_at: minutesAgo(90),
      enabled_at: minutesAgo(80),
    })),
  );
  await insertRows(
    database,
    'token',
    numbers(30).map((index) => ({
      ...{ id: index + 1, hash: `hash ${index}`, role: index % 2 === 0 ? 'operator' : 'viewer' },
      name:
        index % 3 === 0
          ? `pipeline of the northern warehouse for pull requests and nightly regressions, ${index}`
          : `ci ${index}`,
      ...{
        account_id: index % 10 === 0 ? 1 : index + 1,
        created_by: userName(index),
        created_at: minutesAgo(60_000),
      },
      expires_at: index % 4 === 0 ? null : minutesAgo(index % 4 === 1 ? 100 : -50_000),
      used_at: index % 3 === 1 ? null : minutesAgo(index * 50),
    })),
  );
  await insertRows(
    database,
    'audit',
    numbers(300).map((index) => ({
      ...{
        id: index + 1,
        at: minutesAgo(9000 - index * 30),
        who: userName(index),
        via: index % 2 === 0 ? 'password' : 'token',
      },
      address: index % 3 === 0 ? '2001:0db8:85a3:0000:0000:8a2e:0370:7334' : '10.0.0.7',
      operation: ['environments.edit', 'variables.unset', 'runs.submit'][index % 3],
      subject:
        index % 4 === 0
          ? `${environmentCode(0)}: name, baseUrl, backendName, adminUsername, adminPassword, ${longVariable.name}`
          : environmentCode(index % environmentCount),
      outcome: index % 5 === 4 ? 'ENVIRONMENT_UNKNOWN' : 'done',
    })),
  );
}

async function addWorkers(database: Database): Promise<void> {
  await insertRows(
    database,
    'worker',
    numbers(3).map((index) => ({
      id: `harbour-worker-0${index + 3}.northern-warehouse.example.org/4711`,
      ...{ host: `harbour-worker-0${index + 3}.northern-warehouse.example.org`, pid: 4711, slots: 8 },
      // A heartbeat of the future, so that they stay alive; the last one is lost.
      ...{
        started_at: minutesAgo(5000),
        seen_at: minutesAgo(index === 2 ? 30 : -6000),
        stopping: index === 1,
      },
    })),
  );
}

/** 200 variables, some with long names and values, some secret. */
export function longVariables(): { name: string; value: string; secret: boolean }[] {
  return [
    { ...longVariable, secret: false },
    { name: `${longVariable.name}_PASSWORD`, value: 'hidden', secret: true },
    ...numbers(198).map((index) => ({
      name: `SHOP_SETTING_${index}`,
      value: index % 3 === 0 ? longVariable.value : String(index),
      secret: index % 7 === 6,
    })),
  ];
}
