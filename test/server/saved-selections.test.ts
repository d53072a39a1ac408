import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';

/** A module whose group `gone` was removed after it was saved. */
let isGone = false;
async function resolveSelection({ groups, playwright }: { groups: string[]; playwright?: unknown }) {
  if (isGone && playwright) throw new Fault('PLAYWRIGHT_NOT_SET', 'The selection has tests of Playwright.');
  if (isGone && groups.includes('gone')) {
    throw new Fault('SELECTION_UNKNOWN', 'There is no group "gone". Nearest: smoke.');
  }
  return undefined;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ parts: { runner: namedRunner, resolveSelection } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es', 'closed']) await server.ask('POST', '/api/environments', { code, ...shop });
});
afterAll(() => server.close());

const save = (name: string, more: object = {}) =>
  server.ask('POST', '/api/saved-selections', {
    name,
    selection: { patterns: ['Pass*'], exclude: ['*Slow*'] },
    environments: ['us', 'es'],
    ...more,
  });
const submit = (body: object) => server.ask('POST', '/api/runs', body);

describe('saved selections over HTTP', () => {
  it('are added, listed, changed, duplicated and removed', async () => {
    const { status, body } = await save('nightly', { description: 'every night', priority: 4 });
    expect([status, body]).toMatchObject([
      200,
      { summary: 'pattern Pass*, without *Slow*', priority: 4, disabled: null, problem: null },
    ]);
    expect((await save('NIGHTLY')).body).toMatchObject({ code: 'SAVED_SELECTION_EXISTS' });
    const path = '/api/saved-selections/nightly';
    const edited = await server.ask('PATCH', path, {
      rename: 'each night',
      selection: { groups: ['smoke'] },
    });
    expect(edited.body).toMatchObject({
      name: 'each night',
      summary: 'group smoke',
      environments: [{ code: 'es' }, { code: 'us' }],
    });
    const copied = await server.ask('POST', '/api/saved-selections/each night/duplicate', { rename: 'copy' });
    expect(copied.body).toMatchObject({
      name: 'copy',
      description: 'every night',
      priority: 4,
      schedules: [],
    });
    const { body: list } = await server.ask('GET', '/api/saved-selections');
    expect(list.savedSelections.map(({ name }: { name: string }) => name)).toEqual(['copy', 'each night']);
    for (const name of ['copy', 'each night']) {
      expect((await server.ask('DELETE', `/api/saved-selections/${name}`)).status).toBe(200);
    }
    expect((await server.ask('GET', '/api/saved-selections/copy')).body).toMatchObject({
      code: 'SAVED_SELECTION_UNKNOWN',
    });
  });

  it('are submitted with their environments and priority, or with those of the request', async () => {
    await save('release', { priority: 4, options: { failedFirst: true } });
    const { body } = await submit({ saved: 'RELEASE' });
    expect(body.runs).toMatchObject([
      {
        environment: 'es',
        priority: 4,
        options: { failedFirst: true, retryFailed: null },
        summary: 'pattern Pass*, without *Slow*',
      },
      { environment: 'us', priority: 4 },
    ]);
    const other = await submit({ saved: 'release', environments: ['closed'], priority: 0 });
    expect(other.body.runs).toMatchObject([{ environment: 'closed', priority: 0 }]);
  });

  it.each([
    ['an unknown name', { saved: 'gone' }, 'SAVED_SELECTION_UNKNOWN', /no saved selection "gone"/],
    ['tests as well', { saved: 'plain', selection: { all: true } }, 'INPUT_INVALID', /not both/],
    ['no environments', { saved: 'plain' }, 'INPUT_INVALID', /"plain" has no environments: name them/],
    ['neither', { environments: ['us'] }, 'INPUT_INVALID', /selection/],
    ['tests without an environment', { selection: { all: true } }, 'INPUT_INVALID', /environment/],
  ])('refuses %s', async (_, request, code, message) => {
    await save('plain', { environments: [] });
    expect((await submit(request)).body).toMatchObject({ code, detail: expect.stringMatching(message) });
  });

  it('that are switched off are refused by name, and their schedules skip their times', async () => {
    await save('paused');
    const added = await server.ask('POST', '/api/schedules', {
      name: 'weekly',
      cron: '@weekly',
      saved: 'paused',
    });
    expect(added.body).toMatchObject({
      saved: { name: 'paused', environments: true, disabled: false },
      environments: [{ code: 'es' }, { code: 'us' }],
      problem: null,
    });
    await server.ask('POST', '/api/saved-selections/paused/disable');
    const refused = {
      code: 'SAVED_SELECTION_DISABLED',
      detail: expect.stringContaining('"paused" was switched off by'),
    };
    expect((await submit({ saved: 'paused' })).body).toMatchObject(refused);
    const fired = await server.ask('POST', '/api/schedules/weekly/fire');
    expect(fired.body).toMatchObject({
      outcome: 'skipped',
      runs: [],
      reason: { code: 'SAVED_SELECTION_DISABLED' },
    });
    const shown = await server.ask('GET', '/api/schedules/weekly');
    expect(shown.body).toMatchObject({ problem: expect.stringContaining('paused is switched off') });
    const removed = await server.ask('DELETE', '/api/saved-selections/paused');
    expect(removed.body).toMatchObject({
      code: 'SAVED_SELECTION_IN_USE',
      detail: expect.stringContaining('weekly'),
    });
    await server.ask('POST', '/api/saved-selections/paused/enable');
    expect((await server.ask('POST', '/api/schedules/weekly/fire')).body).toMatchObject({ outcome: 'fired' });
  });

  it('whose group no longer exists are refused by name, and say so when they are shown', async () => {
    await save('old', { selection: { groups: ['gone'] } });
    await server.ask('POST', '/api/schedules', { name: 'old', cron: '@weekly', saved: 'old' });
    await save('browser', { selection: { playwright: {} } });
    isGone = true;
    try {
      const detail =
        'Saved selection "old": There is no group "gone". Nearest: smoke. Change it: matre saved edit "old".';
      expect((await submit({ saved: 'old' })).body).toMatchObject({ code: 'SELECTION_UNKNOWN', detail });
      expect((await server.ask('GET', '/api/saved-selections/old')).body).toMatchObject({
        problem: 'There is no group "gone". Nearest: smoke.',
        tests: null,
      });
      expect((await server.ask('GET', '/api/saved-selections/browser')).body).toMatchObject({
        problem: 'The selection has tests of Playwright.',
        tests: null,
      });
      const fired = await server.ask('POST', '/api/schedules/old/fire');
      expect(fired.body).toMatchObject({ outcome: 'failed', reason: { code: 'SELECTION_UNKNOWN' } });
    } finally {
      isGone = false;
    }
  });

  it('give a schedule their tests until it gets its own', async () => {
    await save('shared');
    const schedule = { name: 'of shared', cron: '@weekly', saved: 'shared', environments: ['us'] };
    expect((await server.ask('POST', '/api/schedules', schedule)).body).toMatchObject({
      saved: { environments: false },
      environments: [{ code: 'us' }],
    });
    const edit = async (changes: object) =>
      (await server.ask('PATCH', '/api/schedules/of shared', changes)).body;
    expect(await edit({ environments: null })).toMatchObject({
      environments: [{ code: 'es' }, { code: 'us' }],
    });
    await server.ask('PATCH', '/api/saved-selections/shared', { selection: { groups: ['smoke'] } });
    expect(await edit({ priority: 2 })).toMatchObject({
      summary: 'group smoke',
      saved: { environments: true },
    });
    expect(await edit({ selection: { all: true } })).toMatchObject({ summary: 'all tests', saved: null });
    expect(await edit({ environments: null })).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('saved selections on the command line', () => {
  const matre = (...argv: string[]) => cliHere(argv, { settings: { MATRE_URL: server.url } });

  it('are added, shown and run', async () => {
    const add = await matre(
      'saved',
      'add',
      'cli',
      '-e',
      'closed',
      '--pattern',
      'Pass*',
      '--severity',
      'major,MINOR',
    );
    expect(add.stdout).toContain('Saved selection cli was added: pattern Pass*; only severity MAJOR, MINOR.');
    expect((await matre('saved', 'show', 'cli')).stdout).toMatch(/Environments +closed/);
    expect((await matre('saved', 'duplicate', 'cli', 'cli2')).stdout).toContain('cli2 was added');
    expect((await matre('saved', 'disable', 'cli2')).stdout).toContain('cli2 was switched off.');
    expect((await matre('saved', 'list')).stdout).toMatch(/cli2 +off +closed/);
    const run = await matre('run', '--saved', 'cli', '--json');
    expect(JSON.parse(run.stdout).runs).toMatchObject([{ environment: 'closed' }]);
    const off = await matre('run', '--saved', 'cli2');
    expect([off.code, off.stderr]).toEqual([3, expect.stringContaining('(SAVED_SELECTION_DISABLED)')]);
    const both = await matre('run', '--saved', 'cli', '-g', 'smoke');
    expect([both.code, both.stderr]).toEqual([3, expect.stringContaining('--saved has its own tests')]);
    const neither = await matre('run', '-g', 'smoke');
    expect([neither.code, neither.stderr]).toEqual([3, expect.stringContaining('Name an environment (-e)')]);
  });
});
