import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { startWebhookReceiver, type WebhookStandIn } from '../support/channels/webhook.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';

const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;
const otherSecret = `whsec_${Buffer.alloc(32, 'z').toString('base64')}`;

let server: TestServer;
let receiver: WebhookStandIn;
let folder: string;
beforeAll(async () => {
  receiver = await startWebhookReceiver({ secret });
  folder = mkdtempSync(join(tmpdir(), 'matre-channels-'));
  server = await startTestServer({
    settings: { MATRE_MESSAGES_ALLOWED_NETWORKS: '127.0.0.1' },
    parts: { runner: namedRunner },
  });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const { name } of (await server.ask('GET', '/api/channels')).body.channels)
    await server.ask('DELETE', `/api/channels/${name}`);
  Object.assign(receiver, { messages: [], answer: undefined });
});

const add = (body: object = {}) =>
  server.ask('POST', '/api/channels', {
    name: 'hook',
    kind: 'webhook',
    secrets: { url: receiver.url, secret },
    ...body,
  });
const audit = async () => JSON.stringify((await server.ask('GET', '/api/audit?limit=50')).body);

describe('channels over HTTP', () => {
  it('are added, listed, changed and removed, and never answer their secrets', async () => {
    const { status, body } = await add();
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ name: 'hook', kind: 'webhook', settings: {}, personal: false, disabled: null, problem: null },
        ...{ secrets: { url: true, secret: true, oldSecret: false }, waiting: 0, lastSentAt: null },
      },
    ]);
    expect((await add({ name: 'HOOK' })).body).toMatchObject({ code: 'CHANNEL_EXISTS' });

    const path = '/api/channels/hook';
    const changes = {
      rename: 'audit hook',
      personal: true,
      secrets: { secret: otherSecret, oldSecret: secret },
    };
    const edited = await server.ask('PATCH', path, changes);
    expect(edited.body).toMatchObject({
      ...{ name: 'audit hook', personal: true },
      secrets: { url: true, secret: true, oldSecret: true },
    });
    const removed = await server.ask('PATCH', '/api/channels/audit hook', { secrets: { oldSecret: null } });
    expect(removed.body).toMatchObject({ secrets: { url: true, secret: true, oldSecret: false } });

    const answers = [body, edited.body, (await server.ask('GET', '/api/channels')).body];
    for (const text of [JSON.stringify(answers), await audit()]) {
      expect(text).toContain('audit hook');
      expect(text).not.toContain('secret-part');
      expect(text).not.toContain(secret.slice(6, 30));
    }
    expect(await audit()).toContain('hook: rename, secrets.secret, secrets.oldSecret, personal');
    expect((await server.ask('DELETE', '/api/channels/audit hook')).status).toBe(200);
    expect((await server.ask('GET', '/api/channels/audit hook')).body).toMatchObject({
      code: 'CHANNEL_UNKNOWN',
    });
  });

  it.each([
    [{ kind: 'fax' }, 'kind: '],
    [{ settings: { colour: 'red' } }, 'settings: '],
    [{ secrets: { url: 'https://example.com/' } }, 'secrets.secret: '],
    [{ secrets: { url: 'ftp://example.com/', secret } }, 'secrets.url: '],
    [
      { secrets: { url: 'https://example.com/', secret: 'short-and-secret' } },
      'secrets.secret: must be whsec_',
    ],
    [{ secrets: { url: 'https://example.com/', secret, more: 'x' } }, 'secrets: '],
    [{ kind: 'mattermost', settings: { channel: { name: 'qa' } } }, 'settings.channel: '],
    [{ settings: { 'no field': 1 } }, 'settings: '],
  ])('with %j are refused, and what was sent as a secret is not shown', async (body, problem) => {
    const answer = await add(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    expect(answer.body.detail).toContain(problem);
    expect(JSON.stringify(answer.body)).not.toContain('short-and-secret');
  });

  it('ask for their secrets again when a change would send them to another server', async () => {
    const settings = { host: 'smtp.example.com', from: 'matre@example.com', username: 'matre' };
    await add({ name: 'mail', kind: 'email', settings, secrets: { password: 'hunter2' } });
    const edit = (body: object) => server.ask('PATCH', '/api/channels/mail', body);
    for (const change of [{ host: 'smtp.evil.example' }, { port: 2525 }, { security: 'tls' }]) {
      const { status, body } = await edit({ settings: change });
      expect([status, body.code]).toEqual([400, 'INPUT_INVALID']);
      expect(body.detail).toContain('must be entered again: password.');
    }
    expect((await edit({ settings: { to: 'qa@example.com', username: 'other' } })).status).toBe(200);
    const moved = await edit({ settings: { host: 'smtp.example.org' }, secrets: { password: 'other' } });
    expect(moved.body).toMatchObject({
      settings: { host: 'smtp.example.org', to: 'qa@example.com', port: 587 },
    });
    expect((await edit({ secrets: { password: null } })).body.secrets).toEqual({ password: false });
    expect(
      (await edit({ settings: { host: 'smtp.example.com', to: null } })).body.settings,
    ).not.toHaveProperty('to');
  });

  it('are switched off and on', async () => {
    await add();
    expect((await server.ask('POST', '/api/channels/hook/disable')).body.disabled).not.toBeNull();
    expect((await server.ask('POST', '/api/channels/hook/enable')).body.disabled).toBeNull();
  });

  it('send a test message at once, and answer what the receiver said', async () => {
    await add();
    const test = () => server.ask('POST', '/api/channels/hook/test', {});
    expect((await test()).body).toMatchObject({ delivered: true, code: null });
    expect(receiver.messages).toMatchObject([
      { payload: { type: 'test', data: { alert: { subject: 'hook' } } } },
    ]);
    const { messages } = (await server.ask('GET', '/api/messages?channel=hook')).body;
    expect(messages).toMatchObject([
      { purpose: 'test', state: 'sent', attempts: 1, rule: null, error: null },
    ]);
    expect((await server.ask('GET', '/api/channels/hook')).body.lastSentAt).toBe(messages[0].endedAt);

    receiver.answer = { status: 403, body: `${receiver.url} is closed` };
    const refused = await test();
    expect(refused.body).toMatchObject({ delivered: false, code: 'CHANNEL_SIGN_IN_REFUSED' });
    expect(refused.body.message).toContain('is closed');
    expect(refused.body.message).not.toContain('secret-part');
    const { body } = await server.ask('GET', '/api/channels/hook');
    expect(body).toMatchObject({ problem: refused.body.message, disabled: null });

    receiver.answer = { status: 410, body: '' };
    expect((await test()).body).toMatchObject({ delivered: false });
    expect((await server.ask('GET', '/api/channels/hook')).body).toMatchObject({ disabled: { by: 'matre' } });

    receiver.answer = undefined;
    expect((await test()).body).toMatchObject({ delivered: true });
    expect((await server.ask('POST', '/api/channels/hook/enable')).body).toMatchObject({
      ...{ problem: null, disabled: null },
    });
  });

  it('send what a template makes as a test', async () => {
    await add();
    const test = async (body: object) => (await server.ask('POST', '/api/channels/hook/test', body)).body;
    const source = 'Words: {{ submission.name }}';
    expect(await test({ outcome: 'failed', source })).toMatchObject({ delivered: true });
    expect(receiver.messages).toMatchObject([
      { payload: { type: 'test', text: 'Words: nightly', data: { kind: 'submission' } } },
    ]);
    expect(await test({ outcome: 'failed', source: '{{ a' })).toMatchObject({ code: 'TEMPLATE_INVALID' });
    expect(await test({ outcome: 'failed', submission: 99 })).toMatchObject({ code: 'SUBMISSION_UNKNOWN' });
    expect(await test({ source })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(receiver.messages).toHaveLength(1);
  });

  it('list no test of a forge, to which it writes nothing', async () => {
    const settings = { apiUrl: new URL(receiver.url).origin, projects: ['acme/*'] };
    const forge = { name: 'forge', kind: 'github', settings, secrets: { token: 'ghp_1' } };
    expect((await server.ask('POST', '/api/channels', forge)).status).toBe(200);
    receiver.answer = { status: 200, body: '{}' };
    const { body } = await server.ask('POST', '/api/channels/forge/test', {});
    expect(body).toMatchObject({ delivered: true, message: expect.stringContaining('writes nothing') });
    expect((await server.ask('GET', '/api/messages?channel=forge')).body.messages).toEqual([]);
  });

  it('do not reach an address that is not allowed', async () => {
    await add({ secrets: { url: 'http://169.254.169.254/latest', secret } });
    expect((await server.ask('POST', '/api/channels/hook/test', {})).body).toMatchObject({
      ...{ delivered: false, code: 'CHANNEL_ADDRESS_REFUSED' },
      message: 'Messages must not be sent to 169.254.169.254.',
    });
  });

  it('have kinds with the fields of their forms', async () => {
    const { kinds } = (await server.ask('GET', '/api/channel-kinds')).body;
    const webhook = kinds.find(({ kind }: { kind: string }) => kind === 'webhook');
    expect(webhook).toMatchObject({
      ...{ settings: [], abilities: { edit: false, thread: false, recipients: false } },
      secrets: [
        { name: 'url', label: 'Address of the webhook', type: 'text', required: true },
        { name: 'secret', label: 'Secret', type: 'text', required: true },
        { name: 'oldSecret', label: 'Old secret', type: 'text', required: false },
      ],
    });
    for (const { secrets, settings } of kinds)
      for (const field of [...secrets, ...settings]) expect(field.help, field.name).not.toBe('');
  });
});

describe('matre channel', () => {
  const channel = (args: string[], stdin = '') =>
    cliHere(['channel', ...args], { settings: { MATRE_URL: server.url }, stdin });

  it('adds a channel with secrets of a file and of standard input, tests, edits and removes it', async () => {
    const file = join(folder, 'url');
    writeFileSync(file, `${receiver.url}\n`);
    const added = await channel(
      ['add', 'hook', '--kind', 'webhook', '--secret-file', `url=${file}`, '--secret-stdin', 'secret'],
      `${secret}\n`,
    );
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('Channel hook was added.') });
    expect(await channel(['test', 'hook'])).toMatchObject({
      ...{ code: 0, stdout: 'The receiver accepted the message.\n' },
    });
    expect(receiver.messages).toHaveLength(1);

    const shown = await channel(['show', 'hook']);
    expect(shown.stdout).toMatch(/url +stored/);
    expect(shown.stdout).toMatch(/oldSecret +not set/);
    expect(shown.stdout).not.toContain('secret-part');
    expect((await channel(['list'])).stdout).toContain('hook');

    expect(await channel(['edit', 'hook', '--rename', 'night', '--personal'])).toMatchObject({ code: 0 });
    receiver.answer = { status: 500, body: 'no disk' };
    expect((await channel(['test', 'night', '--recipient', 'ann'])).stderr).toContain(
      'Channels of the kind webhook have no recipients.',
    );
    const failed = await channel(['test', 'night']);
    expect(failed).toMatchObject({ code: 2, stdout: expect.stringContaining('no disk') });
    expect(await channel(['disable', 'night'])).toMatchObject({
      stdout: 'Channel night was switched off.\n',
    });
    expect(await channel(['enable', 'night'])).toMatchObject({ stdout: 'Channel night was switched on.\n' });
    await cliHere(['rule', 'add', 'failures', '--channel', 'night', '--on', 'failed'], {
      settings: { MATRE_URL: server.url },
      stdin: '',
    });
    expect(await channel(['remove', 'night'])).toMatchObject({
      stdout: 'Channel night was removed, and rule failures.\n',
    });
  });

  it.each([
    [['--set', `secret=${secret}`], 'secret is a secret: use --secret secret, which prompts for it.'],
    [['--set', 'colour=red'], 'has no "colour" among its settings. It has no settings.'],
    [['--set', secret], 'Write a field and its value as field=value.'],
    [[], 'Use --secret-stdin url or --secret-file url=FILE'],
    [['--secret-file', 'url=/missing/file'], 'The file /missing/file cannot be read.'],
  ])('with %j is refused without showing a secret', async (options, message) => {
    const { code, stderr } = await channel(['add', 'hook', '--kind', 'webhook', ...options]);
    expect(code).toBe(3);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(secret.slice(6, 30));
  });

  it('lists the kinds with their settings and secrets', async () => {
    const { stdout } = await channel(['kinds', 'webhook']);
    expect(stdout).toContain('webhook: Webhook (signed JSON)');
    expect(stdout).toMatch(/oldSecret +secret +The secret before a change/);
  });
});
