import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from '@node-rs/bcrypt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportOptions, importPhpMatre } from '../../src/import/import.ts';
import { openDump } from '../../src/import/source/dump.ts';
import { createTimeReader } from '../../src/import/source/local-time.ts';
import { readRecords } from '../../src/import/source/read-records.ts';
import { submissionVerdict } from '../../src/model/submission.ts';
import { finishSubmissions } from '../../src/store/tables/finish-submissions.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { dumpOf, type PhpRows } from '../support/php-matre.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer({ settings: { MATRE_SIGN_IN: 'on' } });
  folder = await mkdtemp(join(tmpdir(), 'matre-import-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const password = 'correct horse';
const passwordHash = await hash(password, 4);

/** What no imported run shows. */
const hidden =
  'repo-pass-1 db-pass-1 app-secret-1 git-pass-1 source-pass-1 file-pass-1 https://ann:unknown-1@x.example.com/ tok-12345678';
const withoutSecrets = `${'[hidden] '.repeat(6)}https://[hidden]@x.example.com/ [hidden]`;

/** Two environments, five nights of two tests, of which one alternates. */
const rows: PhpRows = {
  matre_test_environments: [
    { id: 1, name: 'Staging US', code: 'stage-us', base_url: 'https://us.example.com/' },
    { id: 2, name: 'Staging DE', code: 'stage-de', base_url: 'https://de.example.com/', is_active: 0 },
    { id: 3, name: 'Broken', code: 'broken', base_url: 'no address' },
  ],
  matre_global_env_variables: [
    { id: 1, name: 'MAGENTO_ADMIN_USERNAME', value: 'mftf' },
    { id: 2, name: 'SHOP_TOKEN', value: 'tok-12345678', description: 'Of the shop\n(read only)' },
    { id: 3, name: 'STORE', value: 'us', environments: '["stage-us"]' },
  ],
  matre_settings: [{ id: 1, enforce2fa: 1 }],
  matre_test_suites: [{ id: 1, name: 'Smoke', test_pattern: 'smoke', cron_expression: '0 2 * * *' }],
  matre_test_suite_environments: [{ test_suite_id: 1, test_environment_id: 1 }],
  matre_users: [
    {
      id: 1,
      username: 'anna',
      email: 'anna@example.com',
      roles: '["ROLE_ADMIN"]',
      password: passwordHash,
      notifications_enabled: 1,
    },
    { id: 2, username: 'bob', email: 'bob@example.com', password: passwordHash, is_active: 0 },
  ],
  matre_user_notification_environments: [{ user_id: 1, test_environment_id: 1 }],
  matre_test_runs: [1, 2, 3, 4, 5].map((night) => ({
    ...{ id: 40 + night, environment_id: 1, suite_id: 1, triggered_by: 'scheduler', test_filter: 'smoke' },
    ...{ created_at: `2026-02-0${night} 02:00:00`, started_at: `2026-02-0${night} 02:00:05` },
    completed_at: `2026-02-0${night} 02:03:00`,
  })),
  matre_test_results: [1, 2, 3, 4, 5].flatMap((night) => [
    {
      id: 2 * night,
      test_run_id: 40 + night,
      test_name: 'ATestCest:aTest',
      duration: 30.5,
      created_at: `2026-02-0${night} 02:01:00`,
      output_file_path: `/app/var/test-output/run-${40 + night}/ATest.log`,
    },
    {
      ...{ id: 2 * night + 1, test_run_id: 40 + night, test_name: 'BTestCest:bTest', duration: 20 },
      ...{
        status: night % 2 ? 'failed' : 'passed',
        error_message: night % 2 ? `no button, ${hidden}` : null,
      },
      ...{ created_at: `2026-02-0${night} 02:02:00`, screenshot_path: night % 2 ? 'B.png' : null },
    },
  ]),
};

const settings = new Map([
  ...[
    ['SLACK_WEBHOOK_URL', 'https://hooks.slack.com/services/T1/B1/abcdefgh'],
    ['MAIL_FROM', 'matre@example.com'],
  ],
  ['MAILER_DSN', 'smtp://mail.example.com:25'],
  ...[
    ['REPO_PASSWORD', 'repo-pass-1'],
    ['DB_PASS', 'db-pass-1'],
    ['APP_SECRET', 'app-secret-1'],
    ['TEST_MODULE_REPO', 'https://git:git-pass-1@git.example.com/a.git'],
  ],
] as [string, string][]);

const moduleValues = new Map([['stage-de', new Map([['MAGENTO_ADMIN_PASSWORD', 'file-pass-1']])]]);

async function importRows(tables: PhpRows, more: Partial<ImportOptions> = {}, context = server.app.context) {
  const path = join(folder, 'dump.sql');
  await writeFile(path, dumpOf(tables));
  const time = createTimeReader('UTC');
  const records = await readRecords(openDump(path), { time, withoutHistory: false, since: undefined });
  return importPhpMatre(context, {
    ...{ records, settings, moduleValues, files: undefined, name: 'php-matre', zone: 'UTC' },
    secrets: ['source-pass-1'],
    ...{ overwrite: false, paused: false, mode: 'apply' },
    by: { name: 'cli:test', role: 'admin', via: 'local' },
    ...more,
  });
}

const summary = ({ items, history, differences }: Awaited<ReturnType<typeof importRows>>) => ({
  actions: Object.fromEntries(
    ['add', 'change', 'same', 'kept', 'refused'].map((action) => [
      action,
      items.filter((item) => item.action === action).length,
    ]),
  ),
  added: history.reduce((sum, { added }) => sum + added, 0),
  differences,
});

it('a dry run shows everything and changes nothing', async () => {
  const report = await importRows(rows, { mode: 'dry-run' });
  expect(summary(report)).toEqual({
    actions: { add: 12, change: 0, same: 0, kept: 0, refused: 1 },
    added: 5,
    differences: 18,
  });
  expect(report.items.find(({ action }) => action === 'refused')).toMatchObject({
    here: 'broken',
    notes: [expect.stringContaining('baseUrl')],
  });
  expect(JSON.stringify(report)).not.toMatch(/tok-12345678|abcdefgh|\$2y/);
  expect(summary(await importRows(rows, { mode: 'check' }))).toEqual(summary(report));
  expect(report.leftovers).toContainEqual({
    ...{ kind: 'setting', name: 'enforce2fa' },
    reason: expect.stringContaining('MATRE_SECOND_FACTOR=viewer'),
  });
  expect(await server.app.context.environments.list()).toEqual([]);
  expect(await server.app.context.runs.list({ limit: 10 })).toEqual([]);
});

it('an import makes it, with the numbers, files and outcomes of runs, and tells no channel', async () => {
  await mkdir(join(folder, 'test-artifacts/41'), { recursive: true });
  await writeFile(join(folder, 'test-artifacts/41/B.png'), 'picture');
  await mkdir(join(folder, 'test-output/run-41'), { recursive: true });
  await writeFile(join(folder, 'test-output/run-41/ATest.log'), `${hidden}\n`);
  const report = await importRows(rows, { files: folder });
  expect(summary(report).actions).toMatchObject({ add: 12, refused: 1 });
  const { context } = server.app;
  const runs = await context.runs.list({ limit: 10 });
  expect(runs.map(({ id, verdict, requestedBy }) => [id, verdict, requestedBy])).toEqual([
    ...[
      [45, 'failed'],
      [44, 'passed'],
      [43, 'failed'],
      [42, 'passed'],
      [41, 'failed'],
    ].map((run) => [...run, 'schedule Smoke']),
  ]);
  const [result] = (await context.results.list(41)).filter(({ test }) => test === 'BTest');
  expect(result).toMatchObject({
    status: 'failed',
    message: `no button, ${withoutSecrets}`,
    attachments: [{ kind: 'screenshot' }],
  });
  expect((await context.artifacts.readLog(41, 0, 1_000, 'imported/ATest/ATest.log')).toString()).toBe(
    `${withoutSecrets}\n`,
  );
  expect((await context.variables.list('global')).find(({ name }) => name === 'SHOP_TOKEN')).toMatchObject({
    ...{ description: 'Of the shop (read only)', changedBy: 'cli:test' },
  });
  // What a worker does in the background.
  expect((await context.access.accounts.get('bob')).deactivatedAt).toBeInstanceOf(Date);
  const environment = await context.environments.get('stage-us');
  while ((await context.comparisons.compareNext(environment.id, runComparer)) !== undefined);
  await finishSubmissions(context.database);
  expect((await context.durations.outcomes(45)).get(':BTest')).toBe('x.x.x');
  // php-matre stores no commit, so a change of the outcome may be one of the module.
  expect(await context.comparisons.classes(45)).toEqual(new Map([[':BTest', ['new', 'known']]]));
  const submissions = await context.submissions.list({ limit: 10 });
  expect(submissions.map(({ runs: own }) => submissionVerdict(own))).toEqual([
    'failed',
    'passed',
    'failed',
    'passed',
    'failed',
  ]);
  expect(await context.database.query('SELECT id FROM notice')).toEqual([]);
  expect(
    await context.database.query(`SELECT subject FROM audit WHERE operation = 'import.php-matre'`),
  ).toHaveLength(12);
});

it('a second import changes nothing, and a check finds no difference but what was refused', async () => {
  const unchanged = {
    actions: { add: 0, change: 0, same: 12, kept: 0, refused: 1 },
    added: 0,
    differences: 1,
  };
  expect(summary(await importRows(rows))).toEqual(unchanged);
  const check = await importRows(rows, { mode: 'check' });
  expect(check.items.filter(({ action }) => action === 'refused')).toMatchObject([
    { here: 'broken', notes: [expect.stringContaining('baseUrl')] },
  ]);
  expect(check.history).toEqual([
    { environment: 'stage-us', runs: 5, results: 10, added: 0, differing: 0, files: 0 },
  ]);
});

it('an imported user signs in with the password, which gets a hash of matre', async () => {
  const { accounts } = server.app.context.access;
  const signIn = (text: string) => server.ask('POST', '/api/session', { name: 'anna', password: text });
  expect((await signIn('wrong horse')).status).toBe(401);
  expect((await signIn(password)).status).toBe(200);
  const { id } = await accounts.get('anna');
  expect(await accounts.readPassword(id)).toMatch(/^\$argon2id/);
  expect((await signIn(password)).status).toBe(200);
  expect(summary(await importRows(rows)).actions).toMatchObject({ change: 0, kept: 0 });
});

it('what was changed there changes here, and what was changed here stays unless it is overwritten', async () => {
  const { context } = server.app;
  const { id } = await context.environments.get('stage-us');
  await context.environments.update(id, { name: 'Ours' });
  await context.variables.unset(id, 'STORE');
  const changed: PhpRows = {
    ...rows,
    matre_test_environments: [
      { ...rows['matre_test_environments']?.[0], name: 'Theirs', backend_name: 'backend' },
      ...(rows['matre_test_environments'] ?? []).slice(1),
    ] as PhpRows[string],
    matre_test_suites: [{ id: 1, name: 'Smoke', test_pattern: 'smoke', cron_expression: '0 4 * * *' }],
  };
  const report = await importRows(changed);
  expect(summary(report).actions).toEqual({ add: 0, change: 2, same: 9, kept: 1, refused: 1 });
  expect(report.items.find(({ here }) => here === 'stage-us')).toMatchObject({
    changes: [{ field: 'backendName' }],
    kept: [{ field: 'name' }],
  });
  expect(await context.environments.get('stage-us')).toMatchObject({ name: 'Ours', backendName: 'backend' });
  expect(await context.schedules.get('Smoke')).toMatchObject({ cron: '0 4 * * *' });
  expect(summary(await importRows(changed)).actions).toEqual({
    add: 0,
    change: 0,
    same: 10,
    kept: 2,
    refused: 1,
  });
  await importRows(changed, { overwrite: true });
  expect(await context.environments.get('stage-us')).toMatchObject({ name: 'Theirs' });
  expect((await context.variables.list(id)).map(({ name }) => name)).toEqual(['STORE']);
});

it('a run that finished later is added, and a run of an interrupted import gets its history', async () => {
  const { context } = server.app;
  await context.database.query('UPDATE result SET history = NULL WHERE run_id = 45');
  const later: PhpRows = {
    ...rows,
    matre_test_runs: [
      ...(rows['matre_test_runs'] ?? []),
      { ...rows['matre_test_runs']?.[0], id: 46, created_at: '2026-02-06 02:00:00' },
    ] as PhpRows[string],
  };
  expect(summary(await importRows(later)).added).toBe(1);
  const [row] = await context.database.query(
    `SELECT history FROM result WHERE run_id = 45 AND test = 'BTest'`,
  );
  expect(row).toEqual({ history: 'x.x.' });
  expect((await context.runs.list({ limit: 1 }))[0]).toMatchObject({
    id: 46,
    verdict: 'broken',
    reason: { code: 'IMPORTED_FAILURE' },
  });
});

it('an import that was interrupted while it copied files is continued by the next one', async () => {
  const { context } = server.app;
  const later: PhpRows = {
    ...rows,
    matre_test_runs: [{ ...rows['matre_test_runs']?.[0], id: 48, created_at: '2026-02-06 03:00:00' }],
  };
  const log = join(folder, 'test-output/mftf-run-48.log');
  await mkdir(join(folder, 'test-output'), { recursive: true });
  await writeFile(log, `${hidden}\n`);
  const write = () => Promise.reject(new Error('killed'));
  const interrupted = { ...context, artifacts: { ...context.artifacts, write } };
  await expect(importRows(later, { files: folder }, interrupted)).rejects.toThrow('killed');
  const filesOf = async (more: Partial<ImportOptions>) =>
    (await importRows(later, more)).history.reduce((sum, { files }) => sum + files, 0);
  expect(await filesOf({})).toBe(0);
  expect(await filesOf({ files: folder })).toBe(1);
  expect((await context.artifacts.readLog(48, 0, 1_000)).toString()).toBe(`${withoutSecrets}\n`);
  expect(await filesOf({ files: folder })).toBe(0);
});

it('a secret that was rotated there stays hidden in runs that are imported later', async () => {
  const { context } = server.app;
  const rotated = (value: string): PhpRows => ({
    ...rows,
    matre_global_env_variables: rows['matre_global_env_variables']?.map((row) =>
      row['name'] === 'SHOP_TOKEN' ? { ...row, value } : row,
    ) as PhpRows[string],
  });
  const withRun = (tables: PhpRows, id: number): PhpRows => ({
    ...tables,
    matre_test_runs: [
      ...(rows['matre_test_runs'] ?? []),
      { ...rows['matre_test_runs']?.[0], id, created_at: `2026-02-07 0${id - 40}:00:00` },
    ] as PhpRows[string],
    matre_test_results: [
      {
        ...{ id: 1_000 + id, test_run_id: id, test_name: 'ATestCest:aTest', status: 'failed' },
        error_message: 'tok-12345678 tok-second-1 tok-third-1 db-pass-1',
      },
    ],
  });
  await importRows(rotated('tok-second-1'));
  const without = new Map([...settings, ['DB_PASS', 'db-pass-2']]);
  await importRows(withRun(rotated('tok-third-1'), 47), { settings: without });
  const [later] = await context.results.list(47);
  expect(later).toMatchObject({ message: '[hidden] [hidden] [hidden] [hidden]' });
});

it('a field that was changed here stays when another one of its item was changed there', async () => {
  const { context } = server.app;
  const { id } = await context.environments.get('stage-us');
  await context.environments.pause(id, 'ours');
  await context.access.accounts.create({ name: 'ada', role: 'admin', password: 'another long password' });
  await context.variables.set('global', { name: 'SHOP_TOKEN', value: 'ours-12345', secret: true }, 'ada');
  const changed: PhpRows = {
    ...rows,
    matre_test_environments: [
      { ...rows['matre_test_environments']?.[0], backend_name: 'other' },
      ...(rows['matre_test_environments'] ?? []).slice(1),
    ] as PhpRows[string],
    matre_global_env_variables: rows['matre_global_env_variables']?.map((row) =>
      row['name'] === 'SHOP_TOKEN' ? { ...row, description: 'Another description' } : row,
    ) as PhpRows[string],
  };
  changed['matre_users'] = (rows['matre_users'] ?? []).map((row) => ({ ...row, roles: '["ROLE_USER"]' }));
  await importRows(changed);
  // Who has a hash of matre, see above.
  expect(await context.access.accounts.get('anna')).toMatchObject({ role: 'viewer' });
  expect(await context.environments.get('stage-us')).toMatchObject({
    ...{ backendName: 'other', paused: { reason: 'ours' } },
  });
  const [token] = (await context.variables.readAll('global')).filter(({ name }) => name === 'SHOP_TOKEN');
  expect(token?.value).toBe('ours-12345');
  const [listed] = (await context.variables.list('global')).filter(({ name }) => name === 'SHOP_TOKEN');
  expect(listed).toMatchObject({ description: 'Another description', changedBy: 'ada' });
});

it('schedules are added paused and channels switched off on request, which is no difference later', async () => {
  const { context } = server.app;
  await context.channels.remove('email');
  const more: PhpRows = {
    ...rows,
    matre_test_suites: [
      ...(rows['matre_test_suites'] ?? []),
      { id: 2, name: 'Late', test_pattern: 'late', cron_expression: '0 23 * * *' },
    ] as PhpRows[string],
    matre_test_suite_environments: [
      { test_suite_id: 1, test_environment_id: 1 },
      { test_suite_id: 2, test_environment_id: 1 },
    ],
  };
  await importRows(more, { name: 'second', paused: true });
  expect((await context.schedules.get('Late')).pausedAt).toBeInstanceOf(Date);
  expect((await context.schedules.get('Smoke')).pausedAt).toBeUndefined();
  const off = (await context.channels.list()).filter(({ disabled }) => disabled);
  expect(off.map(({ name }) => name)).toEqual(['email']);
  const { items } = await importRows(more, { name: 'second', mode: 'check' });
  const added = items.filter(({ here }) => here === 'Late' || here === 'email');
  expect(added.map(({ action }) => action)).toEqual(['same', 'same', 'same']);
});
