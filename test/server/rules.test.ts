import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizeAndRun } from '../../src/operations/core/authorize.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import {
  listSubscriptions,
  removeSubscription,
  setSubscription,
} from '../../src/operations/rules/subscriptions.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matre-rules-'));
  server = await startTestServer({ parts: { runner: namedRunner } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es']) await ask('POST', '/api/environments', { code, ...shop });
  const hook = {
    kind: 'webhook',
    secrets: { url: 'https://example.com/hook', secret: `whsec_${'a'.repeat(44)}` },
  };
  await ask('POST', '/api/channels', { name: 'hook', ...hook });
  await ask('POST', '/api/channels', { name: 'own', ...hook, personal: true });
  const settings = { host: 'smtp.example.com', from: 'matre@example.com' };
  await ask('POST', '/api/channels', { name: 'mail', kind: 'email', settings });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (method: string, path: string, body?: unknown) =>
  (await server.ask(method, path, body)).body;
const add = (name: string, more: object = {}) =>
  ask('POST', '/api/rules', { name, channel: 'hook', occasions: ['failed'], ...more });

/** Submits a test and waits until its submission is finished. */
async function execute(test: string): Promise<number> {
  await server.app.startWorkers();
  const request = { environments: ['us'], selection: { tests: [test] } };
  const { runs } = await ask('POST', '/api/runs', request);
  const id = runs[0].submissionId;
  await waitFor(async () => (await ask('GET', `/api/submissions/${id}`)).verdict !== null);
  return id;
}

describe('rules over HTTP', () => {
  it('are added, listed, changed, switched off and removed, each in the audit trail', async () => {
    const added = await add('Night', {
      environments: ['u*'],
      quietHours: { from: '22:00', until: '07:00', zone: 'UTC' },
    });
    expect(added).toMatchObject({
      ...{
        name: 'Night',
        channel: 'hook',
        recipients: [],
        occasions: ['failed'],
        problem: null,
        disabled: null,
      },
      conditions: {
        environments: ['u*'],
        schedules: [],
        saved: [],
        branches: [],
        requesters: [],
        alerts: [],
      },
    });
    expect(await add('night')).toMatchObject({ code: 'RULE_EXISTS' });
    const path = '/api/rules/night';
    const digest = { period: 'weekly', at: '08:00', zone: 'Europe/Berlin' };
    const changes = { rename: 'week', quietHours: null, environments: [], digest, occasions: ['digest'] };
    expect(await ask('PATCH', path, changes)).toMatchObject({
      ...{ name: 'week', quietHours: null, conditions: { environments: [] } },
      ...{ digest: { ...digest, weekday: 1 }, nextDigestAt: expect.stringMatching(/T0[67]:00:00.000Z$/) },
    });
    expect(await ask('POST', '/api/rules/week/disable')).toMatchObject({
      disabled: { by: expect.any(String) },
    });
    expect(await ask('POST', '/api/rules/week/enable')).toMatchObject({ disabled: null });
    expect((await ask('GET', '/api/rules')).rules).toHaveLength(1);
    await ask('DELETE', '/api/rules/week');
    expect(await ask('GET', '/api/rules/week')).toMatchObject({ code: 'RULE_UNKNOWN' });
    const { entries } = await ask('GET', '/api/audit?limit=20');
    const operations = entries.map(({ operation }: { operation: string }) => operation);
    for (const name of ['add', 'edit', 'disable', 'enable', 'remove'])
      expect(operations).toContain(`rules.${name}`);
  });

  const night = { from: '22:00', until: '07:00', zone: 'UTC' };
  const digest = { period: 'daily', at: '08:00', zone: 'UTC' };
  it.each([
    ['an unknown channel', { channel: 'gone' }, 'CHANNEL_UNKNOWN', 'no channel "gone"'],
    ['an unknown environment', { environments: ['uss'] }, 'ENVIRONMENT_UNKNOWN', 'Did you mean us?'],
    [
      'a pattern that matches nothing',
      { environments: ['x*'] },
      'RULE_INVALID',
      'No environment matches x*.',
    ],
    ['an unknown schedule', { schedules: ['gone'] }, 'SCHEDULE_UNKNOWN', 'gone'],
    ['an unknown saved selection', { saved: ['gone'] }, 'SAVED_SELECTION_UNKNOWN', 'gone'],
    [
      'an unknown time zone',
      { quietHours: { ...night, zone: 'Europe/Berln' } },
      'INPUT_INVALID',
      'did you mean Europe/Berlin?',
    ],
    [
      'quiet hours of 24 h',
      { quietHours: { ...night, until: '22:00' } },
      'INPUT_INVALID',
      'nothing would be sent',
    ],
    ['a time that is none', { quietHours: { ...night, until: '7:00' } }, 'INPUT_INVALID', 'such as 07:30'],
    ['a digest without its occasion', { digest }, 'RULE_INVALID', 'needs the occasion digest'],
    ['the occasion of a digest without a time', { occasions: ['digest'] }, 'RULE_INVALID', 'when it is sent'],
    [
      'kinds of alerts without their occasion',
      { alerts: ['disk-full'] },
      'RULE_INVALID',
      'need the occasion alert',
    ],
    ['no occasion', { occasions: [] }, 'INPUT_INVALID', 'at least one occasion'],
    [
      'recipients where there are none',
      { recipients: ['a@example.com'] },
      'RULE_INVALID',
      'takes no recipients',
    ],
    [
      'a recipient to whom no mail can be sent',
      { channel: 'mail', recipients: ['qa@example'] },
      'RULE_INVALID',
      '"qa@example" is not an e-mail address.',
    ],
  ])('refuse %s', async (_, more, code, detail) => {
    expect(await add('wrong', more)).toMatchObject({ code, detail: expect.stringContaining(detail) });
  });

  it('say what they name that was removed, and can be changed nevertheless', async () => {
    const selection = { tests: ['PassTest'] };
    await ask('POST', '/api/saved-selections', { name: 'smoke', selection });
    await add('of smoke', { saved: ['smoke'] });
    await ask('DELETE', '/api/saved-selections/smoke');
    const problem = 'There is no saved selection smoke.';
    expect(await ask('GET', '/api/rules/of smoke')).toMatchObject({ problem });
    expect(await ask('PATCH', '/api/rules/of smoke', { occasions: ['always'] })).toMatchObject({ problem });
    await ask('DELETE', '/api/rules/of smoke');
  });

  it('can be tried on past submissions, stored or not, without sending anything', async () => {
    const passed = await execute('PassTest');
    const failed = await execute('FailTest');
    await add('failures');
    const tried = await ask('POST', '/api/rules/try', { name: 'failures' });
    expect(tried).toMatchObject({
      messages: [
        {
          ...{ purpose: 'post', notice: 'submission-finished', submission: failed, channel: 'hook' },
          reason: 'Rule failures: it failed',
          headline: expect.stringContaining('on us: 1 failure'),
        },
      ],
      notSent: [{ reason: 'only failed, this one passed', count: 1 }],
      ...{ submissions: 2, more: 0 },
    });
    const fields = { channel: 'hook', occasions: ['always'] };
    const all = await ask('POST', '/api/rules/try', {
      ...fields,
      since: new Date(Date.now() - 60_000).toISOString(),
    });
    expect(all.messages.map(({ submission }: { submission: number }) => submission).toSorted()).toEqual([
      passed,
      failed,
    ]);
    expect((await ask('GET', '/api/rules')).rules).toHaveLength(1);
    const old = await ask('POST', '/api/rules/try', { ...fields, since: '2020-01-01T00:00:00Z' });
    expect(old).toMatchObject({ code: 'INPUT_INVALID', detail: expect.stringContaining('31 days') });
    expect(await ask('POST', '/api/rules/try', {})).toMatchObject({ code: 'INPUT_INVALID' });
    await ask('DELETE', '/api/rules/failures');
  });
});

describe('subscriptions', () => {
  it('belong to a user, who has one for each channel that is open for them', async () => {
    expect(await ask('GET', '/api/subscriptions')).toMatchObject({ code: 'SUBSCRIPTION_NEEDS_USER' });
    const { context } = server.app;
    await ask('POST', '/api/users', { name: 'ann', role: 'viewer', password: 'a long enough password' });
    const { id: accountId } = await context.access.accounts.get('ann');
    const principal = { name: 'ann', role: 'viewer', via: 'password', accountId } as const;
    const set = (input: object) =>
      authorizeAndRun(context, setSubscription, parseInput(setSubscription, input), { principal });

    await expect(set({ channel: 'hook', occasions: ['failed'] })).rejects.toMatchObject({
      code: 'CHANNEL_NOT_PERSONAL',
    });
    await set({ channel: 'own', occasions: ['always'] });
    await set({ channel: 'own', occasions: ['failed'], environments: ['us'], ownOnly: false });
    expect(await authorizeAndRun(context, listSubscriptions, {}, { principal })).toEqual({
      subscriptions: [
        {
          ...{ channel: 'own', recipient: null, occasions: ['failed'], ownOnly: false, environments: ['us'] },
          ...{ quietHours: null, digest: null, disabled: null },
        },
      ],
      channels: [
        {
          ...{ name: 'own', kind: 'webhook', title: expect.any(String), recipients: false },
          ...{ disabled: false, personal: true },
        },
      ],
    });
    const channelsOf = async () =>
      (await authorizeAndRun(context, listSubscriptions, {}, { principal })).channels.map(
        ({ name, disabled, personal }) => ({ name, disabled, personal }),
      );
    // A subscription stays in the list, so that its user can see why nothing comes, and end it.
    await ask('POST', '/api/channels/own/disable');
    await ask('PATCH', '/api/channels/own', { personal: false });
    expect(await channelsOf()).toEqual([{ name: 'own', disabled: true, personal: false }]);
    await ask('POST', '/api/channels/own/enable');
    await ask('PATCH', '/api/channels/own', { personal: true });
    expect((await ask('GET', '/api/rules')).rules).toEqual([]);
    await authorizeAndRun(context, removeSubscription, { channel: 'own' }, { principal });
    expect(await context.messageRules.subscriptionsOf(accountId)).toEqual([]);
    expect(await channelsOf()).toEqual([{ name: 'own', disabled: false, personal: true }]);
    const { entries } = await ask('GET', '/api/audit?limit=10');
    expect(JSON.stringify(entries)).toContain('subscriptions.set');
  });
});

describe('templates', () => {
  const path = '/api/templates/webhook/failed';

  it('are shown, changed, and reset to the default', async () => {
    const original = await ask('GET', path);
    expect(original).toMatchObject({ source: expect.stringMatching(/^\{\{ headline \}\}/), changed: null });
    const source = 'Failed: {{ submission.name }}\n{{ submission.counts | results }}';
    expect(await ask('PUT', path, { source })).toMatchObject({ source, changed: { by: expect.any(String) } });
    const { templates } = await ask('GET', '/api/templates');
    expect(templates.filter(({ changed }: { changed: unknown }) => changed)).toMatchObject([
      { channelKind: 'webhook', outcome: 'failed' },
    ]);
    expect(await ask('DELETE', path)).toEqual(original);
  });

  it('that cannot be used are refused with the place', async () => {
    expect(await ask('PUT', path, { source: '{{ headline }}\n{{ submission.verdit }}' })).toMatchObject({
      code: 'TEMPLATE_INVALID',
      detail: expect.stringContaining('submission.verdit'),
    });
    expect(await ask('PUT', path, { source: 'a\n {% if headline %}' })).toMatchObject({
      code: 'TEMPLATE_INVALID',
      detail: expect.stringContaining('(line 2, column 2)'),
    });
  });

  it('are previewed on a submission, or on invented results', async () => {
    const submission = await execute('FailOtherTest');
    const preview = (more: object) =>
      ask('POST', '/api/templates/preview', { channelKind: 'webhook', outcome: 'failed', ...more });
    expect(await preview({ source: '{{ submission.id }} {{ failures[0].test }}', submission })).toMatchObject(
      {
        ...{ headline: `${submission} FailOtherTest`, body: '', markup: 'json', submission, problem: null },
      },
    );
    expect(await preview({})).toMatchObject({
      ...{ headline: expect.stringContaining('nightly on preprod-us: 3 new failures'), submission: null },
    });
    expect(await preview({ submission: 12345 })).toMatchObject({ code: 'SUBMISSION_UNKNOWN' });
    const { context } = server.app;
    await context.messageTemplates.set({
      channelKind: 'webhook',
      outcome: 'failed',
      source: '{{ a',
      changedBy: 'x',
    });
    expect(await preview({ submission })).toMatchObject({
      problem: expect.stringContaining('not closed'),
      headline: expect.stringContaining('on us: 1 failure'),
    });
    await ask('DELETE', path);
  });
});

describe('rules on the command line', () => {
  const matre = (...argv: string[]) => cliHere(argv, { settings: { MATRE_URL: server.url } });

  it('are added, tried, changed, listed and removed', async () => {
    const night = [
      '--channel',
      'hook',
      '--on',
      'failed,broken',
      '-e',
      'u*',
      '--quiet',
      '22:00-07:00',
      '--zone',
      'UTC',
    ];
    expect((await matre('rule', 'add', 'cli', ...night)).stdout).toContain(
      'Rule cli was added: failed, broken; environments u*.',
    );
    const tried = await matre('rule', 'try', 'cli', '--since', '7d');
    expect(tried.stdout).toMatch(/2 messages for 3 submissions\./);
    expect(tried.stdout).toContain('Not sent 1×: only failed or broken, this one passed');
    const other = await matre('rule', 'try', '--channel', 'hook', '--on', 'always');
    expect(other.stdout).toContain('3 messages for 3 submissions.');
    const changes = ['--quiet', 'none', '--any', 'env', '--digest', 'daily@08:00', '--on', 'digest'];
    const edited = await matre('rule', 'edit', 'cli', ...changes, '--zone', 'UTC');
    expect([edited.stderr, edited.stdout]).toEqual(['', 'Rule cli was changed: digest.\n']);
    expect((await matre('rule', 'show', 'cli')).stdout).toMatch(/Times +daily digest at 08:00 UTC/);
    expect((await matre('rule', 'disable', 'cli')).stdout).toContain('cli was switched off.');
    expect((await matre('rule', 'list')).stdout).toMatch(/cli +off +hook/);
    expect((await matre('rule', 'remove', 'cli')).stdout).toContain('cli was removed.');
    expect((await matre('template', 'preview', 'webhook', 'digest', '--submission', '2')).stderr).toContain(
      'The template digest is not about a submission: leave it out.',
    );
    const wrong = await matre('rule', 'add', 'cli', '--channel', 'hook', '--on', 'sometimes');
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringContaining('Choose from always, failed')]);
    expect((await matre('rule', 'add', 'cli', '--on', 'failed')).stderr).toContain('--channel is missing');
  });

  it('print templates, and what they make of a submission', async () => {
    const { stdout } = await matre('template', 'show', 'webhook', 'failed');
    const file = join(folder, 'failed.liquid');
    writeFileSync(file, `Oh! ${stdout}`);
    expect((await matre('template', 'set', 'webhook', 'failed', file)).stdout).toContain(
      'for failed was changed.',
    );
    expect((await matre('template', 'list')).stdout).toMatch(/webhook +failed/);
    expect((await matre('template', 'preview', 'webhook', 'failed', '--submission', '2')).stdout).toMatch(
      /^Oh! .* on us: 1 failure/,
    );
    writeFileSync(file, '{{ headline }}\n{{ oh }}');
    expect((await matre('template', 'preview', 'webhook', 'failed', '--file', file)).stderr).toContain(
      'TEMPLATE_INVALID',
    );
    expect((await matre('template', 'reset', 'webhook', 'failed')).stdout).toContain('is the default again.');
    expect((await matre('template', 'list')).stdout).toContain('All templates are the defaults');
    expect((await matre('template', 'set', 'webhook', 'failed', `${file}.gone`)).stderr).toContain(
      'cannot be read',
    );
  });
});
