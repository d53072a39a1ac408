import { type HookAction, hookMoments, runHookStates } from '../../../src/model/hook.ts';
import type { Context } from '../../../src/operations/core/context.ts';
import { insertRows, minutesAgo } from './insert.ts';
import {
  brokenMessage,
  environmentCode,
  environmentCount,
  environmentName,
  pauseReason,
  requesters,
  testImage,
  userName,
} from './names.ts';
import type { RunRows } from './runs.ts';

type Database = Context['database'];

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** 200 environments; one in eight has an image and test modules of its own. */
export async function addEnvironments(database: Database): Promise<void> {
  const rows = numbers(environmentCount).map((index) => ({
    ...{ id: index + 1, code: environmentCode(index), name: environmentName(index) },
    // Nothing listens there, so that the doctor is refused at once.
    base_url: `http://127.0.0.1:9/${environmentCode(index)}/of/the/northern/warehouse/for/business/customers/`,
    ...{ backend_name: 'admin', admin_username: index % 8 === 0 ? userName(0) : 'admin', fence: 2 },
    paused_at: index % 9 === 6 ? minutesAgo(300) : null,
    paused_reason: index % 9 === 6 ? pauseReason : null,
    image: index % 8 === 0 ? testImage : null,
    module_sources: index % 8 === 0 ? moduleSources : null,
    ...{
      created_at: minutesAgo(90_000 - index),
      slots: index % 8 === 0 ? 4 : 1,
      all_modules: index % 2 === 0,
    },
  }));
  await insertRows(database, 'environment', rows);
}

const moduleSources = ['northern-warehouse-checkout', 'shared'].map((name) => ({
  name,
  repository: `ssh://git@git.northern-warehouse.example.org:7999/quality-assurance/magento/${name}-functional-tests.git`,
  branch: 'release/of-the-northern-warehouse-for-business-customers-2026-11',
  path: 'app/code/NorthernWarehouse/FunctionalTestsOfTheWholesaleStorefront',
  target: `app/code/NorthernWarehouse/${name}`,
  username: 'quality-assurance-pipeline',
}));

/** The longest name of a hook has 100 characters. */
const hookName = (index: number) =>
  index === 0
    ? 'wait-for-the-deployment-of-the-northern-warehouse-'.repeat(2).slice(0, 100)
    : `hook-${index}`;

const hookActions: HookAction[] = [
  {
    ...{ kind: 'request', method: 'GET', headers: { 'X-Deployment': '{{DEPLOYMENT}}' } },
    url: `https://deploy.northern-warehouse.example.org/api/v4/projects/quality-assurance/deployments?environment=${environmentCode(0)}`,
    wait: { everySeconds: 10, field: 'deployment.state', values: ['succeeded'], failedValues: ['failed'] },
  },
  {
    kind: 'command',
    argv: [
      'php',
      'bin/magento',
      'cache:flush',
      'config',
      'layout',
      'block_html',
      'full_page',
      '--no-interaction',
    ],
    variables: ['SHOP_SETTING_1'],
  },
];

/** Hooks of all environments and of the first one, one of which replaces another; and those of two runs, in every state. */
export async function addHooks(database: Database, ids: RunRows['ids']): Promise<void> {
  const hook = (index: number) => ({
    ...{ name: hookName(index), moment: hookMoments[index % 2], action: hookActions[index % 2] },
    time_limit_seconds: 600,
    repeatable: index % 3 === 0,
  });
  await insertRows(
    database,
    'hook',
    numbers(8).map((index) => ({
      ...{ ...hook(index % 5), id: index + 1, environment_id: index >= 5 ? 1 : null, position: index },
      ...{ enabled: index !== 3, applied_from: null, changed_by: userName(0), changed_at: minutesAgo(90) },
    })),
  );
  await insertRows(
    database,
    'run_hook',
    [ids.failed, ids.running].flatMap((run, nth) =>
      runHookStates.map((state, index) => ({
        ...{ ...hook(index), id: nth * runHookStates.length + index + 1, run_id: run, environment_id: 1 },
        ...{ round: 0, number: index + 1, state, starts: index, fence: 2, attempt: 1, log: null },
        code: state === 'failed' ? 'HOOK_FAILED' : null,
        message: state === 'failed' || state === 'interrupted' ? brokenMessage : null,
        started_at: state === 'waiting' ? null : minutesAgo(9),
        ended_at: state === 'waiting' || state === 'running' ? null : minutesAgo(8),
      })),
    ),
  );
}

/** Reservations in every state: one that holds an environment, one that waits for a run, planned ones, and ended ones. */
export async function addReservations(database: Database, ids: RunRows['ids']): Promise<void> {
  const reservation = (index: number) => ({
    ...{ owner: requesters[index % requesters.length], owner_key: `account ${index}`, reason: pauseReason },
    ...{ begins_at: minutesAgo(-60 * index), after_run_id: null, ends_at: minutesAgo(-60 * (index + 2)) },
    ...{ duration_ms: null, wait_until: null, begun_at: null, ended_at: null, ended_by: null },
    ...{ end_reason: null, end_announced_at: null, created_at: minutesAgo(30) },
  });
  await insertRows(database, 'reservation', [
    { ...reservation(0), id: 1, environment_id: 2, begins_at: minutesAgo(30), begun_at: minutesAgo(30) },
    { ...reservation(1), id: 2, environment_id: 1, after_run_id: ids.running },
    ...numbers(4).map((index) => ({ ...reservation(index + 2), id: index + 3, environment_id: 1 })),
    {
      ...{
        ...reservation(3),
        id: 7,
        environment_id: 1,
        begins_at: minutesAgo(900),
        ends_at: minutesAgo(600),
      },
      ...{ begun_at: minutesAgo(900), ended_at: minutesAgo(700), ended_by: userName(5) },
    },
  ]);
}
