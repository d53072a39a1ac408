import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../messages/templates/render.ts';
import { parseEnvFile } from '../../model/env-file/env-file.ts';
import { createSecretRule } from '../../model/env-file/secret-rule.ts';
import type {
  PhpEnvironment,
  PhpResult,
  PhpRun,
  PhpSuite,
  PhpTemplate,
  PhpUser,
  PhpVariable,
} from '../records.ts';
import { formatSettings, mapSettings } from './env-file.ts';
import { mapEnvironments } from './environments.ts';
import { mapHistory } from './history.ts';
import { mapMessages } from './messages.ts';
import { legalName, mapSuites } from './suites.ts';
import { mapTemplates } from './templates.ts';
import { mapUsers } from './users.ts';
import { mapVariables } from './variables.ts';

const environment = (id: number, code: string, more: Partial<PhpEnvironment> = {}): PhpEnvironment => ({
  ...{
    id,
    name: `Shop ${id}`,
    code,
    region: 'us',
    baseUrl: `https://${id}.example.com`,
    backendName: 'admin',
  },
  ...{
    unusedVariables: [],
    hasDescription: false,
    active: true,
    adminUsername: undefined,
    adminPassword: undefined,
  },
  ...more,
});
const variable = (name: string, value: string, environments: string[] = []): PhpVariable => ({
  ...{ id: 1, name, value, environments, description: '', namesTests: false },
});
const suite = (id: number, name: string, more: Partial<PhpSuite> = {}): PhpSuite => ({
  ...{ id, name, type: 'mftf_group', description: '', pattern: 'smoke', excluded: [], cron: undefined },
  ...{ active: true, environmentIds: [1] },
  ...more,
});

describe('environments', () => {
  it('have the values that tests get there: of the file of the module, then of variables', () => {
    const moduleValues = new Map([
      [
        'us',
        new Map([
          ['MAGENTO_BASE_URL', 'https://real.example.com'],
          ['MAGENTO_ADMIN_PASSWORD', 'x'],
        ]),
      ],
    ]);
    const variables = [
      variable('MAGENTO_ADMIN_USERNAME', 'all'),
      variable('MAGENTO_ADMIN_USERNAME', 'own', ['us']),
    ];
    const { items } = mapEnvironments(
      [environment(1, 'us'), environment(2, 'de', { active: false })],
      variables,
      moduleValues,
    );
    expect(items.map(({ fields }) => fields)).toEqual([
      { name: 'Shop 1', baseUrl: 'https://real.example.com/', backendName: 'admin', adminUsername: 'own' },
      {
        name: 'Shop 2',
        baseUrl: 'https://2.example.com/',
        backendName: 'admin',
        adminUsername: 'all',
        paused: 'inactive in php-matre',
      },
    ]);
  });

  it('get a legal code of their own, and a note about it', () => {
    const { items, leftovers } = mapEnvironments(
      [environment(1, 'US_Shop'), environment(2, 'us_shop', { region: 'EU' }), environment(3, '-/')],
      [],
      new Map(),
    );
    expect(items.map(({ here }) => here)).toEqual(['us_shop', 'us_shop-eu']);
    expect(items[1]?.notes[0]).toContain('Cron/data/.env.us_shop-eu');
    expect(leftovers).toHaveLength(1);
  });
});

it('variables keep their descriptions as one line, and lists of tests are left out', () => {
  const { items, leftovers } = mapVariables(
    [
      { ...variable('A', '1'), description: ' Of the\r\nshop ', namesTests: true },
      { ...variable('B', '2'), description: `${'x'.repeat(499)}💥` },
    ],
    {
      ...{ environments: [environment(1, 'us')], codes: new Map([[1, 'us']]), moduleValues: new Map() },
      rule: createSecretRule({ secretNames: [], plainNames: [] }),
    },
  );
  expect(items.map(({ fields, notes }) => [fields['description'], notes])).toEqual([
    ['Of the shop', []],
    ['x'.repeat(499), ['its description is cut']],
  ]);
  expect(leftovers).toEqual([
    {
      ...{ kind: 'lists of tests', name: '1 variable' },
      reason: 'matre finds the tests that read a variable in the test module',
    },
  ]);
});

it('variables keep their scope, and those without effect are left out', () => {
  const { items, leftovers } = mapVariables(
    [
      ...[variable('A', 'old'), variable('A', 'new'), variable('B_TOKEN', 'abcdef', ['us', 'nowhere'])],
      ...[
        variable('IN_FILE', 'x', ['us']),
        variable('SELENIUM_HOST', 'x'),
        variable('MAGENTO_ADMIN_USERNAME', 'x'),
      ],
    ],
    {
      environments: [environment(1, 'us')],
      codes: new Map([[1, 'us']]),
      moduleValues: new Map([['us', new Map([['IN_FILE', 'y']])]]),
      rule: createSecretRule({ secretNames: [], plainNames: [] }),
    },
  );
  expect(items.map(({ here, fields }) => [here, fields])).toEqual([
    ['global:A', { value: 'new' }],
    ['us:B_TOKEN', { value: 'abcdef', secret: 'true' }],
  ]);
  expect(leftovers.map(({ name }) => name)).toEqual([
    'A',
    'B_TOKEN',
    'IN_FILE',
    'SELENIUM_HOST',
    'MAGENTO_ADMIN_USERNAME',
  ]);
});

describe('suites', () => {
  const map = (suites: PhpSuite[], jobs: [string, string][] = []) =>
    mapSuites(
      suites,
      jobs.map(([command, cron], index) => ({
        id: index + 1,
        name: `Job ${index + 1}`,
        command,
        cron,
        active: true,
      })),
      {
        environments: [environment(1, 'us'), environment(2, 'de', { active: false })],
        codes: new Map([
          [1, 'us'],
          [2, 'de'],
        ]),
        zone: 'UTC',
      },
    );

  it('become saved selections with legal names, and schedules on active environments', () => {
    const { items } = map([
      suite(1, 'Nightly: US/DE', { cron: '0 2 * * *', environmentIds: [1, 2], excluded: ['A'] }),
      suite(2, 'nightly us de', { type: 'mftf_test', pattern: 'TestA', active: false, cron: '0 3 1 * */2' }),
    ]);
    expect(items.map(({ kind, here, fields }) => [kind, here, fields])).toEqual([
      [
        'saved selection',
        'Nightly US DE',
        {
          selection: '{"all":false,"tests":[],"groups":["smoke"],"suites":[],"exclude":["A"]}',
          environments: 'us',
        },
      ],
      [
        'schedule',
        'Nightly US DE',
        {
          cron: '0 2 * * *',
          zone: 'UTC',
          overlap: 'skip',
          missed: 'once',
          saved: 'Nightly US DE',
          environments: 'us',
        },
      ],
      [
        'saved selection',
        'nightly us de 2',
        {
          selection: '{"all":false,"tests":["TestA"],"groups":[],"suites":[],"exclude":[]}',
          environments: 'us',
          disabled: 'true',
        },
      ],
      // Either of two days is enough there.
      [
        'schedule',
        'nightly us de 2',
        {
          cron: '0 3 1 * 0-6/2',
          zone: 'UTC',
          overlap: 'skip',
          missed: 'once',
          saved: 'nightly us de 2',
          environments: 'us',
          paused: 'true',
        },
      ],
    ]);
  });

  it.each([
    ['an unknown type', { type: 'x' }, /not known/],
    ['an expression that cannot be read', { cron: '* * *' }, /five are needed/],
    ['no environment', { cron: '@daily', environmentIds: [] }, /no environment/],
  ])('of %s have no place', (_, more, reason) => {
    expect(map([suite(1, 'A', more)]).leftovers[0]?.reason).toMatch(reason);
  });

  it('of Playwright become selections of its tests', () => {
    const { items, leftovers } = map([
      suite(1, 'A', { type: 'playwright_group', pattern: '@e2e', excluded: ['x'], cron: '@daily' }),
      suite(2, 'B', { type: 'playwright_test', pattern: '' }),
    ]);
    const nothing = '"all":false,"tests":[],"groups":[],"suites":[],"exclude":[]';
    expect(items.map(({ kind, fields }) => [kind, fields['selection'] ?? fields['saved']])).toEqual([
      ['saved selection', `{${nothing},"playwright":{"grep":"@e2e"}}`],
      ['schedule', 'A'],
      ['saved selection', `{${nothing},"playwright":{}}`],
    ]);
    expect(items[0]?.notes.join()).toContain('MATRE_PLAYWRIGHT');
    expect(leftovers).toEqual([]);
  });

  it('are named by cron jobs, which become schedules when they run tests', () => {
    const { items, leftovers } = map(
      [suite(1, 'A "b"')],
      [
        ['app:test:run mftf us --filter=TestA', '@hourly'],
        ['app:test:run MFTF us -s \'A "b"\'', '0 1 * * *'],
        ['app:test:run mftf us --suite "A b" -fgroup1', '0 1 * * *'],
        ['app:test:run mftf us -fgroup1', '0 1 * * *'],
        ['app:test:run playwright us', '0 1 * * *'],
        ['app:test:run both us -f @smoke', '0 1 * * *'],
        ['app:test:run both us', '0 1 * * *'],
        ['app:test:run other us', '0 1 * * *'],
        ['app:test:run mftf nowhere -f x', '0 1 * * *'],
        ['app:test:cleanup --days=1', '0 1 * * *'],
      ],
    );
    expect(
      items.flatMap(({ kind, fields }) =>
        kind === 'schedule' ? [fields['saved'] ?? fields['selection']] : [],
      ),
    ).toEqual([
      '{"all":false,"tests":["TestA"],"groups":[],"suites":[],"exclude":[]}',
      'A b',
      '{"all":false,"tests":["group1"],"groups":[],"suites":[],"exclude":[]}',
      '{"all":false,"tests":[],"groups":[],"suites":[],"exclude":[],"playwright":{}}',
      '{"all":false,"tests":["@smoke"],"groups":[],"suites":[],"exclude":[],"playwright":{"grep":"@smoke"}}',
    ]);
    expect(leftovers).toHaveLength(5);
  });

  it.each([
    ['Ünï: ✓ x', 'Ünï x'],
    ['...', 'other'],
    ['a'.repeat(120), 'a'.repeat(95)],
  ])('%s becomes %s', (text, name) => {
    expect(legalName(text, 'other')).toBe(name);
  });
});

const bcrypt = `$2y$04$${'a'.repeat(53)}`;
const user = (id: number, name: string, more: Partial<PhpUser> = {}): PhpUser => ({
  ...{
    id,
    name,
    email: `${name}@example.com`,
    roles: ['ROLE_USER'],
    passwordHash: bcrypt,
    active: true,
    secondFactor: false,
  },
  notifications: { enabled: true, trigger: 'failures', email: true, slack: true, environmentIds: [1] },
  ...more,
});

it('users keep their passwords; admins are admins, and all others only look', () => {
  const { items, leftovers } = mapUsers([
    ...[user(1, 'anna', { roles: ['ROLE_ADMIN'], secondFactor: true }), user(2, 'bob')],
    ...[
      user(3, 'carl', { active: false }),
      user(4, 'dora', { passwordHash: 'md5' }),
      user(5, 'eve', { passwordHash: bcrypt.replace('04', '31') }),
    ],
  ]);
  expect(
    items.map(({ here, fields, notes }) => [here, fields['role'], fields['deactivated'], notes.length]),
  ).toEqual([
    ['anna', 'admin', undefined, 1],
    ['bob', 'viewer', undefined, 0],
    ['carl', 'viewer', 'true', 0],
  ]);
  expect(leftovers.map(({ name }) => name)).toEqual(['dora', 'eve']);
});

describe('messages', () => {
  const map = (settings: [string, string][], users = [user(1, 'anna')]) =>
    mapMessages(
      { users, templates: [], siteName: undefined },
      {
        settings: new Map(settings),
        codes: new Map([
          [1, 'us'],
          [2, 'de'],
        ]),
        userNames: new Map(users.map(({ id, name }) => [id, name])),
      },
    );

  it('go to a channel, by rules and subscriptions', () => {
    const all = { enabled: true, trigger: 'all', email: false, slack: true, environmentIds: [2] };
    const { items } = map(
      [
        ['SLACK_WEBHOOK_URL', 'https://hooks.slack.com/services/a'],
        ['MAILER_DSN', 'smtp://u:p%40@mail.example.com:587'],
        ['MAIL_FROM', 'M <m@example.com>'],
      ],
      [user(1, 'anna'), user(2, 'bob', { notifications: all })],
    );
    expect(items.map(({ here, fields }) => [here, fields])).toEqual([
      [
        'slack',
        { kind: 'slack-webhook', settings: '{}', secrets: '{"url":"https://hooks.slack.com/services/a"}' },
      ],
      ['slack all', { channel: 'slack', environments: 'de', occasions: 'always' }],
      ['slack failures', { channel: 'slack', environments: 'us', occasions: 'broken, failed' }],
      [
        'email',
        {
          ...{ kind: 'email', secrets: '{"password":"p@"}', personal: 'true' },
          settings:
            '{"from":"m@example.com","host":"mail.example.com","port":587,"security":"starttls","senderName":"matre","username":"u"}',
        },
      ],
      ['anna@email', { recipient: 'anna@example.com', environments: 'us', occasions: 'broken, failed' }],
    ]);
  });

  it.each([
    [[], 'messages by Slack'],
    [
      [
        ['MAILER_DSN', 'gmail+smtp://u:p@default'],
        ['MAIL_FROM', 'm@example.com'],
      ],
      'setting',
    ],
    [[['MAILER_DSN', 'smtp://mail:25']], 'setting'],
  ] as [[string, string][], string][])('without a usable address have no place (%j)', (settings, kind) => {
    expect(map(settings).leftovers.map((each) => each.kind)).toContain(kind);
  });
});

describe('templates', () => {
  const map = (body: string, more: Partial<PhpTemplate> = {}) =>
    mapTemplates(
      [
        {
          id: 1,
          channel: 'slack',
          name: 'test_run_completed_failures',
          subject: '',
          body,
          active: true,
          untouched: false,
          ...more,
        },
      ],
      'QA',
    );

  it('that were changed are written in Liquid, and can be used', () => {
    const { items } = map(
      '{{ status_emoji }} *Run #{{ run_id }}* {% if has_failures %}{{failed_count}} failed{% endif %}\n{% if allure_report_url %}<{{ allure_report_url }}|Report>{% endif %} {{ site_name }} {{ environment_name }} {{ duration }} {{ error_message }}',
    );
    const source = items[0]?.fields['source'] ?? '';
    expect(source).toContain(
      '{% if submission.counts.failed > 0 %}{{ submission.counts.failed }} failed{% endif %}',
    );
    expect(() => checkTemplate(source, { outcome: 'failed', markup: 'mrkdwn' })).not.toThrow();
  });

  it('of mails become text', () => {
    const { items } = map(
      '<html><body><h2 style="x">Run</h2><table><tr><td>Env</td><td>{{ environment_name }}</td></tr></table>&lt;b&gt;</body></html>',
      { channel: 'email', subject: 'Run {{ run_id }}' },
    );
    expect(items[0]?.fields['source']).toBe(
      'Run {{ submission.id }}\nRun\nEnv: {{ runs | map: "environment" | join: ", " }}\n\n<b>',
    );
  });

  it.each([
    ['{{ run_id }}', { untouched: true }, /default/],
    ['{{ run_id }}', { active: false }, /switched off/],
    ['{{ run_id }}', { name: 'x' }, /no template/],
    ['{{ nothing }} {% if else_what %}{% endif %}', {}, /does not have: else_what, nothing/],
  ])('%s with %j has no place', (body, more, reason) => {
    expect(map(body, more).leftovers[0]?.reason).toMatch(reason);
  });
});

it('settings of the .env become settings of matre, which can be read again', () => {
  const { settings, leftovers } = mapSettings(
    new Map([
      ['TEST_MODULE_REPO', 'git@example.com:a/b.git'],
      ['REPO_PASSWORD', 'a "$b" \\c'],
      ['LOCK_DSN', 'redis://magento-redis:6379'],
      ['DB_PASS', 'x'],
      ['SELENIUM_HOST', 'selenium-hub'],
      ['APP_ENV', 'prod'],
      ['SELENIUM_PORT', ''],
    ]),
  );
  expect(parseEnvFile(formatSettings(settings)).entries.map(({ name, value }) => [name, value])).toEqual([
    ['MATRE_MODULE_REPOSITORY', 'git@example.com:a/b.git'],
    ['MATRE_MODULE_PASSWORD', 'a "$b" \\c'],
    ['SELENIUM_HOST', 'selenium-hub'],
    ['MATRE_PATCHES', 'visible-element,content-models'],
  ]);
  expect(mapSettings(new Map()).settings).toEqual([]);
  expect(leftovers.map(({ name }) => name)).toEqual(['LOCK_DSN', 'APP_ENV']);
  expect(formatSettings(settings)).toContain('# SELENIUM_HOST: only containers in the network of php-matre');
  const { settings: others } = mapSettings(new Map([['SELENIUM_HOST', '10.0.0.7']]));
  expect(formatSettings(others)).toContain('# SELENIUM_HOST\n');
});

describe('the history', () => {
  const at = (text: string) => new Date(`2026-02-01T${text}Z`);
  const run = (id: number, more: Partial<PhpRun> = {}): PhpRun => ({
    ...{
      id,
      environmentId: 1,
      suiteId: 1,
      userId: undefined,
      type: 'mftf',
      status: 'completed',
      filter: 'smoke',
    },
    ...{
      startedAt: at('02:00:05'),
      completedAt: at('02:10:00'),
      trigger: 'scheduler',
      errorMessage: undefined,
      createdAt: at('02:00:00'),
    },
    ...more,
  });
  const result = (id: number, name: string, status: string, more: Partial<PhpResult> = {}): PhpResult => ({
    ...{ id, name, status, testId: undefined, durationMs: 1_000, message: undefined },
    ...{ screenshot: undefined, output: undefined, createdAt: at('02:01:00') },
    ...more,
  });
  const map = (runs: PhpRun[], results: [number, PhpResult[]][] = []) =>
    mapHistory(
      { runs, results: new Map(results), suites: [suite(1, 'Nightly')], users: [] },
      {
        codes: new Map([
          [1, 'us'],
          [2, 'de'],
        ]),
        userNames: new Map([[5, 'anna']]),
        schedules: new Map([[1, 'Nightly']]),
      },
    );

  it('has the runs of one firing as one submission', () => {
    const { submissions } = map([
      ...[
        run(1),
        run(2, { environmentId: 2, createdAt: at('02:00:01') }),
        run(3, { createdAt: at('02:00:02') }),
      ],
      ...[run(4, { trigger: 'manual', userId: 5 }), run(5, { environmentId: 2, createdAt: at('03:00:00') })],
    ]);
    expect(
      submissions.map(({ requestedBy, runs }) => [requestedBy, runs.map(({ sourceId }) => sourceId)]),
    ).toEqual([
      ['schedule Nightly', [1, 2]],
      ['schedule Nightly', [3]],
      ['anna', [4]],
      ['schedule Nightly', [5]],
    ]);
  });

  it('has the last result of each test, with the words of matre', () => {
    const { submissions, leftovers } = map(
      [run(1)],
      [
        [
          1,
          [
            ...[
              result(1, 'CheckoutTestCest:checkoutTest', 'failed'),
              result(2, 'CheckoutTestCest:checkoutTest', 'passed'),
            ],
            // An exception, and a test without an answer.
            ...[
              result(3, 'ATestCest:aTest', 'broken'),
              result(4, 'BTest', 'broken', { durationMs: undefined, createdAt: at('02:01:30') }),
            ],
            ...[
              result(5, 'Unknown', 'passed', { testId: 'MOEC1' }),
              result(6, 'Unknown', 'passed'),
              result(7, 'CTest', 'odd'),
            ],
          ],
        ],
      ],
    );
    const [{ runs: [first] = [] } = {}] = submissions;
    expect(first?.results.map(({ test, status, durationMs }) => [test, status, durationMs])).toEqual([
      ...[
        ['CheckoutTest', 'passed', 1_000],
        ['ATest', 'failed', 1_000],
        ['BTest', 'broken', 30_000],
        ['MOEC1', 'passed', 1_000],
      ],
    ]);
    expect(first).toMatchObject({
      verdict: 'broken',
      counts: { planned: 4, passed: 2, failed: 1, broken: 1 },
    });
    expect(leftovers.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      '1 result the same test has a later result in the run',
      '1 result its test is not known',
      '1 result its status is not known',
    ]);
  });

  it.each([
    [
      'a run without results is broken',
      run(1, { status: 'failed', errorMessage: 'no clone' }),
      'broken',
      'no clone',
    ],
    ['a cancelled run stays cancelled', run(1, { status: 'cancelled' }), 'cancelled', undefined],
  ])('%s', (_, source, verdict, reason) => {
    expect(map([source]).submissions[0]?.runs[0]).toMatchObject({ verdict, reason });
  });

  it.each([
    { type: 'playwright' },
    { environmentId: 9 },
    { status: 'running' },
    { createdAt: undefined, startedAt: undefined },
  ])('leaves out a run with %j', (more) =>
    expect(map([run(1, more)])).toMatchObject({ submissions: [], leftovers: [{ name: '1 run' }] }),
  );
});
