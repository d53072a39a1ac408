import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Fault } from '../../src/faults/fault.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';

const file = `project: storefront
environments:
  us: { baseUrl: "https://us.example.com", adminUsername: matre, slots: 2 }
  es: { baseUrl: "https://es.example.com", adminUsername: matre, name: Spain }
selections:
  nightly:
    description: what the storefront must do
    selection: { patterns: ["Storefront*"], severities: [BLOCKER], exclude: ["*Slow*"] }
    environments: [us, es]
    priority: 5
    options: { failedFirst: true }
schedules:
  each night: { cron: "0 2 * * *", zone: Europe/Madrid, saved: nightly }
  each hour: { cron: "@hourly", selection: { groups: [smoke] }, environments: [us], overlap: queue }
`;

describe.each(kinds)('matre apply on %s', (kind) => {
  let server: TestServer;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const settings: Record<string, string> = {};
    if (kind === 'postgres') {
      const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
      closers.push(postgres.drop, redis.stop);
      Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
    }
    const resolveSelection = async ({ groups }: { groups: string[] }) => {
      if (groups.includes('gone')) throw new Fault('SELECTION_UNKNOWN', 'There is no group "gone".');
      return undefined;
    };
    server = await startTestServer({ settings, parts: { runner: namedRunner, resolveSelection } });
  });
  afterAll(async () => {
    await server?.close();
    for (const close of closers) await close();
  });
  beforeEach(() =>
    server.app.context.database.script(
      'DELETE FROM run; DELETE FROM submission; DELETE FROM schedule; DELETE FROM saved_selection; DELETE FROM environment',
    ),
  );

  const apply = async (content: string, more: object = {}) =>
    (await server.ask('POST', '/api/apply', { content, ...more })).body;
  const preview = async (content: string, more: object = {}) =>
    (await server.ask('POST', '/api/apply/preview', { content, ...more })).body;
  const names = async (path: string, list: string, key = 'name') =>
    (await server.ask('GET', path)).body[list].map((each: Record<string, string>) => each[key]);
  const configured = async () => ({
    environments: await names('/api/environments', 'environments', 'code'),
    selections: await names('/api/saved-selections', 'savedSelections'),
    schedules: await names('/api/schedules', 'schedules'),
  });
  const action = ({ action, kind, name }: Record<string, string>) => `${action} ${kind} ${name}`;

  it('shows the differences, makes them, and finds none afterwards', async () => {
    const added = [
      ...['add environment us', 'add environment es', 'add selection nightly'],
      ...['add schedule each night', 'add schedule each hour'],
    ];
    const shown = await preview(file);
    expect(shown.changes.map(action)).toEqual(added);
    expect(await configured()).toEqual({ environments: [], selections: [], schedules: [] });
    expect((await apply(file)).changes).toEqual(shown.changes);
    expect((await preview(file)).changes).toEqual([]);
    expect((await apply(file)).changes).toEqual([]);
    expect((await server.ask('GET', '/api/saved-selections/nightly')).body).toMatchObject({
      summary: 'pattern Storefront*; only severity BLOCKER, without *Slow*',
      environments: [{ code: 'es' }, { code: 'us' }],
      priority: 5,
      options: { failedFirst: true },
      appliedFrom: 'storefront',
      schedules: ['each night'],
    });
    expect((await server.ask('GET', '/api/schedules/each night')).body).toMatchObject({
      zone: 'Europe/Madrid',
      saved: { name: 'nightly', environments: true },
      next: [{ local: expect.stringContaining('02:00') }, {}, {}, {}, {}],
    });
  });

  it('changes what differs, field by field, and keeps what users switched off', async () => {
    await apply(file);
    await server.ask('POST', '/api/saved-selections/nightly/disable');
    await server.ask('POST', '/api/schedules/each hour/pause');
    await server.ask('PATCH', '/api/saved-selections/nightly', { priority: 9 });
    const changed = file
      .replace('slots: 2', 'slots: 3')
      .replace('cron: "@hourly"', 'options: { retryFailed: 1 }, cron: "*/30 * * * *"');
    const { changes } = await apply(changed);
    expect(changes).toEqual([
      {
        ...{ kind: 'environment', name: 'us', action: 'change' },
        fields: [{ field: 'slots', before: '2', after: '3' }],
      },
      {
        ...{ kind: 'selection', name: 'nightly', action: 'change' },
        fields: [{ field: 'priority', before: '9', after: '5' }],
      },
      {
        ...{ kind: 'schedule', name: 'each hour', action: 'change' },
        fields: [
          { field: 'cron', before: '@hourly', after: '*/30 * * * *' },
          { field: 'options', before: null, after: 'failed tests are retried once' },
        ],
      },
    ]);
    expect((await server.ask('GET', '/api/saved-selections/nightly')).body.disabled).not.toBeNull();
    expect((await server.ask('GET', '/api/schedules/each hour')).body).toMatchObject({
      paused: expect.anything(),
      next: [],
    });
    const on = changed
      .replace('priority: 5', 'priority: 5\n    disabled: false')
      .replace('overlap: queue', 'overlap: queue, paused: false');
    expect((await apply(on)).changes.map(action)).toEqual([
      'change selection nightly',
      'change schedule each hour',
    ]);
    expect((await server.ask('GET', '/api/schedules/each hour')).body.next).toHaveLength(5);
  });

  it('keeps what is not in the file, and removes what it added with --prune', async () => {
    await apply(file);
    const byHand = { selection: { all: true } };
    await server.ask('POST', '/api/saved-selections', { name: 'by hand', ...byHand });
    await server.ask('POST', '/api/saved-selections', { name: 'of others', ...byHand });
    await apply('project: others\nselections: { of theirs: { selection: { all: true } } }');
    const less =
      'project: storefront\nenvironments:\n  us: { baseUrl: "https://us.example.com", adminUsername: matre, slots: 2 }\n';
    const shown = await preview(less);
    expect(shown.changes).toEqual([]);
    expect(shown.stays.map(({ kind, name }: Record<string, string>) => `${kind} ${name}`)).toEqual([
      ...['schedule each hour', 'schedule each night', 'selection nightly', 'environment es'],
    ]);
    const pruned = await apply(less, { prune: true });
    expect(pruned.changes.map(action)).toEqual([
      ...['remove schedule each hour', 'remove schedule each night', 'remove selection nightly'],
      'remove environment es',
    ]);
    expect(await configured()).toEqual({
      environments: ['us'],
      selections: ['by hand', 'of others', 'of theirs'],
      schedules: [],
    });
    expect((await apply(less, { prune: true })).changes).toEqual([]);
  });

  it('changes nothing when one part fails', async () => {
    await apply(file);
    const shop = { baseUrl: 'https://fr.example.com', adminUsername: 'matre' };
    // A schedule that was added by hand keeps the selection that would be removed.
    await server.ask('POST', '/api/schedules', { name: 'by hand', cron: '@daily', saved: 'nightly' });
    const other = stringify({ project: 'storefront', environments: { fr: shop } });
    expect(await apply(other, { prune: true })).toMatchObject({
      code: 'SAVED_SELECTION_IN_USE',
      detail: expect.stringContaining('by hand'),
    });
    expect((await preview(file)).changes).toEqual([]);
    expect((await configured()).environments).toEqual(['es', 'us']);
  });

  it.each([
    [
      'environments: {}\nselections:\n  a:\n    selection: { groups: [gone] }',
      'matre.yml:4:5: selections.a.selection: There is no group "gone".',
    ],
    [
      'selections:\n  a:\n    selection: { all: true }\n    environments: [us, nowhere]',
      'matre.yml:4:24: selections.a.environments.1: there is no environment nowhere',
    ],
    [
      'schedules:\n  a: { cron: "@daily", saved: none, environments: [us] }',
      'matre.yml:2:24: schedules.a.saved: there is no selection none',
    ],
    [
      'schedules:\n  a: { cron: "@daily", zone: Europe/Madrit, saved: nightly }\n  b: { cron: "61 * * * *", saved: nightly }',
      /^matre\.yml:2:24: schedules\.a\.zone: .*Madrit.*; matre\.yml:3:8: schedules\.b\.cron: .*61/,
    ],
  ])('names the place of what does not exist: %j', async (content, detail) => {
    await apply(file);
    for (const answer of [await apply(content), await preview(content)]) {
      expect(answer).toMatchObject({ code: 'PROJECT_FILE_INVALID', detail: expect.stringMatching(detail) });
    }
  });

  it('refuses a cron expression that is never due, and has changed nothing', async () => {
    const never = file.replace('0 2 * * *', '0 2 30 2 *');
    for (const answer of [await apply(never), await preview(never)]) {
      expect(answer).toMatchObject({
        code: 'PROJECT_FILE_INVALID',
        detail: expect.stringMatching(/schedules\.each night\.cron: .*30 2/),
      });
    }
    expect(await configured()).toEqual({ environments: [], selections: [], schedules: [] });
  });

  it('is the same after any file', async () => {
    const code = fc.constantFrom('us', 'es', 'fr');
    const name = fc.constantFrom('nightly', 'Weekly', 'ärger');
    const few = <T>(value: fc.Arbitrary<T>) => fc.uniqueArray(value, { maxLength: 3 });
    const selection = fc.record(
      {
        groups: fc.uniqueArray(fc.constantFrom('smoke', 'a, b', 'cart'), { minLength: 1, maxLength: 2 }),
        patterns: few(fc.constantFrom('A*', '?b*', 'Suite:*')),
        severities: few(fc.constantFrom('BLOCKER', 'MINOR')),
        modules: few(fc.constantFrom('Acme_Cart', 'Acme_*')),
        exclude: few(fc.constantFrom('x', '*y')),
      },
      { requiredKeys: ['groups'] },
    );
    const anyFile = fc
      .record({
        environments: fc.dictionary(
          code,
          fc.record(
            {
              baseUrl: fc.constantFrom(
                'https://EXAMPLE.com',
                'https://example.com/shop/',
                'http://a.example:8080/',
              ),
              adminUsername: fc.constantFrom('a', 'b'),
              name: fc.constantFrom('One', 'Two'),
              slots: fc.integer({ min: 1, max: 3 }),
              allModules: fc.boolean(),
            },
            { requiredKeys: ['baseUrl', 'adminUsername'] },
          ),
        ),
        selections: fc.dictionary(
          name,
          fc.record(
            {
              selection,
              description: fc.constantFrom('', 'some words'),
              environments: few(code),
              priority: fc.integer({ min: -3, max: 3 }),
              options: fc.record({ failedFirst: fc.boolean(), maxFailures: fc.integer({ min: 1, max: 3 }) }),
              disabled: fc.boolean(),
            },
            { requiredKeys: ['selection'] },
          ),
        ),
        schedules: fc.dictionary(
          name,
          fc.record(
            {
              cron: fc.constantFrom('@daily', '0 2 * * *', '*/5 1 1 * MON'),
              zone: fc.constantFrom('UTC', 'Europe/Madrid'),
              selection: fc.option(selection, { nil: undefined }),
              saved: name,
              environments: fc.uniqueArray(code, { minLength: 1, maxLength: 2 }),
              overlap: fc.constantFrom('skip', 'queue'),
              catchUpMinutes: fc.integer({ min: 1, max: 90 }),
              priority: fc.integer({ min: -3, max: 3 }),
              options: fc.record({ failedFirst: fc.boolean(), retryFailed: fc.integer({ min: 0, max: 2 }) }),
              paused: fc.boolean(),
            },
            { requiredKeys: ['cron', 'environments', 'saved'] },
          ),
        ),
      })
      // Without references to what the file does not have.
      .map(({ environments, selections, schedules }) => {
        const withDeclared = <T extends { environments?: string[] }>(each: T) => ({
          ...each,
          environments: each.environments?.filter((code) => Object.hasOwn(environments, code)) ?? [],
        });
        const entries = Object.entries(schedules)
          .map(([key, { selection, saved, ...rest }]) => {
            const hasSaved = selection === undefined && Object.hasOwn(selections, saved);
            return [
              key,
              {
                ...withDeclared(rest),
                ...(hasSaved ? { saved } : { selection: selection ?? { all: true } }),
              },
            ] as const;
          })
          .filter(([, { environments }]) => environments.length > 0);
        return {
          environments,
          selections: Object.fromEntries(
            Object.entries(selections).map(([key, each]) => [key, withDeclared(each)]),
          ),
          schedules: Object.fromEntries(entries),
        };
      });
    await fc.assert(
      fc.asyncProperty(anyFile, async (value) => {
        const content = stringify(value);
        expect(await apply(content, { prune: true })).toHaveProperty('changes');
        expect(await apply(content, { prune: true })).toMatchObject({ changes: [], stays: [] });
        expect(await configured()).toEqual({
          environments: Object.keys(value.environments).sort(),
          selections: expect.toSatisfy(
            (list: string[]) => list.length === Object.keys(value.selections).length,
          ),
          schedules: expect.toSatisfy(
            (list: string[]) => list.length === Object.keys(value.schedules).length,
          ),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('is a command, with a table of the differences', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'matre-apply-'));
    try {
      const path = join(folder, 'matre.yml');
      await writeFile(path, file);
      const matre = (...argv: string[]) =>
        cliHere(['apply', path, ...argv], { settings: { MATRE_URL: server.url } });
      const shown = await matre('--dry-run');
      expect(shown.stdout).toMatch(/^ACTION +WHAT +NAME +FIELD +NOW +THEN\n/);
      expect(shown.stdout).toMatch(/add +selection +nightly +priority +- +5\n/);
      expect(shown.stdout).toContain('Dry run: 5 differences; nothing was changed.');
      const done = await matre();
      expect(done.stdout).toContain('5 changes were made.\nus has no admin password yet: matre env edit us');
      expect((await matre()).stdout).toBe('Nothing differs.\n');
      expect(JSON.parse((await matre('--json')).stdout)).toEqual({
        project: 'storefront',
        changes: [],
        stays: [],
      });
      await writeFile(path, 'project: storefront\n');
      expect((await matre()).stdout).toContain(
        'Not in the file any more: selection nightly. --prune removes it.',
      );
      await writeFile(path, 'environments:\n  us: { password: x }\n');
      const refused = await matre();
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('matre.yml:2:9: environments.us.password: password is a secret');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the roles of matre apply', () => {
  it('let operators change selections and schedules, and admins environments as well', async () => {
    const token = 'a-token-of-an-admin-0123456789';
    const server = await startTestServer({
      settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token },
      parts: { runner: namedRunner, resolveSelection: async () => undefined },
    });
    try {
      const admin = { authorization: `Bearer ${token}` };
      const tokenOf = async (role: string) => {
        const { body } = await server.ask('POST', '/api/tokens', { name: role, role }, admin);
        return { authorization: `Bearer ${body.secret}` };
      };
      const [viewer, operator] = [await tokenOf('viewer'), await tokenOf('operator')];
      const apply = (user: typeof admin, content: string, path = '/api/apply') =>
        server.ask('POST', path, { content }, user);
      const selections = 'selections: { a: { selection: { all: true } } }';
      expect((await apply(viewer, file, '/api/apply/preview')).status).toBe(200);
      expect((await apply(viewer, selections)).body.code).toBe('FORBIDDEN');
      expect((await apply(operator, file)).body).toMatchObject({
        code: 'FORBIDDEN',
        detail: expect.stringContaining('changes the environment us'),
      });
      expect((await apply(operator, selections)).body.changes).toHaveLength(1);
      expect((await apply(admin, file)).body.changes).toHaveLength(5);
      const { body } = await server.ask('GET', '/api/audit', undefined, admin);
      expect(JSON.stringify(body)).toContain('add schedule each night');
    } finally {
      await server.close();
    }
  });
});
