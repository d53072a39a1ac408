import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAddressLimits } from '../../src/http/address-limits.ts';
import { type Delivery, DeliveryFault } from '../../src/messages/channels/channel.ts';
import { email } from '../../src/messages/channels/email/email.ts';
import { createOutgoing, type Outgoing } from '../../src/messages/outgoing/outgoing.ts';
import type { MessageFacts, SubmissionFacts } from '../../src/model/message-facts.ts';
import { type SmtpStandIn, startSmtp } from '../support/channels/smtp.ts';
import { sampleFacts } from '../support/channels/submission-facts.ts';
import { quiet } from '../support/database.ts';
import { createCertificate } from '../support/git.ts';

const user = { name: 'matre', password: 'hunter2 and more' };
const picture = Buffer.from('89504e470d0a1a0a', 'hex');

let folder: string;
let keys: { key: string; certificate: string };
let starttls: SmtpStandIn;
let implicit: SmtpStandIn;
let plain: SmtpStandIn;
let outgoing: Outgoing;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matre-email-'));
  keys = createCertificate(folder);
  starttls = await startSmtp({ ...keys, user });
  implicit = await startSmtp({ ...keys, user, secure: true });
  plain = await startSmtp({ ...keys, withoutTls: true });
  const proxy = { https: undefined, http: undefined, exceptions: '' };
  outgoing = createOutgoing({ limits: createAddressLimits(['127.0.0.1']), proxy });
});
afterAll(async () => {
  await Promise.all([starttls, implicit, plain].map((server) => server?.close()));
  outgoing?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  for (const server of [starttls, implicit, plain]) Object.assign(server, { mails: [], outage: 'none' });
});

const failed = sampleFacts['failed'] as SubmissionFacts;
const message = (facts: MessageFacts = failed, more: Partial<Delivery> = {}): Delivery => ({
  key: randomUUID(),
  purpose: 'post',
  repeat: false,
  createdAt: '2026-11-28T23:12:01.000Z',
  content: { headline: facts.headline, body: '• a line', text: `${facts.headline}\n\n- a line`, facts },
  ...more,
});
const withScreenshot = (path: string): SubmissionFacts => ({
  ...failed,
  firstFailure: failed.firstFailure && { ...failed.firstFailure, screenshot: { runId: 471, path } },
});

function deliver(delivery: Delivery, { port, ...changes }: { port: number; [field: string]: unknown }) {
  const { password = user.password, ...settings } = changes;
  return email.deliver(delivery, {
    settings: email.settings.parse({
      ...{ host: '127.0.0.1', port, from: 'matre@example.com', to: 'qa@example.com' },
      ...{ certificate: keys.certificate, username: user.name },
      ...settings,
    }) as never,
    secrets: { password } as never,
    http: outgoing.http,
    connect: outgoing.connect,
    readPicture: async () => picture,
    signal: new AbortController().signal,
    log: quiet,
  });
}
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof DeliveryFault ? error : expect.fail(`no DeliveryFault: ${error}`);
};
const headersOf = ({ mail }: SmtpStandIn['mails'][number]) =>
  Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));

describe('a mail', () => {
  it('has text and HTML, its status in the subject, and headers of a message that nobody wrote', async () => {
    const delivery = message();
    const { remote } = await deliver(delivery, { port: starttls.port });
    const [received] = starttls.mails;
    expect(received).toMatchObject({
      ...{ from: 'matre@example.com', to: ['qa@example.com'], tls: true, user: 'matre' },
      mail: {
        subject: `Failed: ${failed.headline}`,
        from: { name: 'matre', address: 'matre@example.com' },
        messageId: `<${delivery.key}@example.com>`,
        date: '2026-11-28T23:12:01.000Z',
        references: '<submission-118.matre@example.com>',
      },
    });
    expect(remote).toEqual({ messageId: `<${delivery.key}@example.com>` });
    expect(received?.mail.text).toContain('Open run 471: https://matre.example.com/runs/471');
    expect(received?.mail.html).toContain('<h1 class="headline"');
    expect(received && headersOf(received)).toMatchObject({
      ...{ 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
      'list-id': 'matre <matre.example.com>',
    });
  });

  it('has the same Message-ID and the same text in all attempts, so that a repeat can be dropped', async () => {
    const delivery = message();
    starttls.outage = 'lost-answer';
    expect(await faultOf(deliver(delivery, { port: starttls.port }))).toMatchObject({
      ...{ code: 'CHANNEL_UNREACHABLE', permanent: false },
    });
    starttls.outage = 'none';
    await deliver({ ...delivery, repeat: true }, { port: starttls.port });
    const [first, second] = starttls.mails;
    expect(first?.mail.messageId).toBe(second?.mail.messageId);
    expect(first?.mail.html).toBe(second?.mail.html);
    expect(first?.mail.date).toBe(second?.mail.date);
  });

  it('shows the screenshot of the first failure inline, which it carries', async () => {
    await deliver(message(withScreenshot('tests/A/failure.png')), { port: starttls.port });
    const [received] = starttls.mails;
    expect(received?.mail.attachments).toMatchObject([
      { mimeType: 'image/png', disposition: 'inline', filename: 'first-failure.png', related: true },
    ]);
    const { contentId, content } = received?.mail.attachments[0] ?? {};
    expect(Buffer.from(content as ArrayBuffer)).toEqual(picture);
    expect(received?.mail.html).toContain(`src="cid:${contentId?.replace(/[<>]/g, '')}"`);
  });

  it('goes to the recipient of the message instead of the default one', async () => {
    await deliver(message(failed, { recipient: 'ann@example.org' }), { port: starttls.port });
    expect(starttls.mails[0]).toMatchObject({
      to: ['ann@example.org'],
      mail: { to: [{ address: 'ann@example.org' }] },
    });
  });

  it.each([
    'ann@example.org\r\nBcc: eve@example.org',
    'ann@example.org, eve@example.org',
    'Ann <ann@example.org>',
    'ann@example.org>\r\nRCPT TO:<eve@example.org',
    'ann',
    '',
  ])('is not sent to %j, which is not one address', async (recipient) => {
    expect(await faultOf(deliver(message(failed, { recipient }), { port: starttls.port }))).toMatchObject({
      ...{ code: 'MESSAGE_REFUSED', permanent: true },
    });
    expect(starttls.mails).toEqual([]);
  });

  it('is not sent without a recipient', async () => {
    expect(await faultOf(deliver(message(), { port: starttls.port, to: undefined }))).toMatchObject({
      ...{ code: 'CHANNEL_TARGET_UNKNOWN', message: 'The channel has no default recipient.' },
    });
  });

  it('has no header from a headline with line ends', async () => {
    const headline = 'nightly\r\nBcc: eve@example.org\r\n\r\nbody';
    const facts = { ...failed, headline };
    await deliver(message(facts, { content: { headline, body: '', text: '', facts } }), {
      port: starttls.port,
    });
    expect(starttls.mails[0]?.mail.bcc).toBeUndefined();
    expect(starttls.mails[0]?.mail.subject).toContain('Failed: nightly');
    expect(starttls.mails[0]?.to).toEqual(['qa@example.com']);
  });
});

describe('the connection to a mail server', () => {
  it('uses TLS from the start where the channel says so', async () => {
    await deliver(message(), { port: implicit.port, security: 'tls' });
    expect(implicit.mails).toMatchObject([{ tls: true, user: 'matre' }]);
  });

  it('sends nothing to a server without STARTTLS, unless the channel allows it, and then no password', async () => {
    const refused = await faultOf(deliver(message(), { port: plain.port }));
    expect(refused).toMatchObject({ code: 'CHANNEL_UNREACHABLE' });
    expect(refused.message).toMatch(/STARTTLS/);
    expect(await faultOf(deliver(message(), { port: plain.port, security: 'none' }))).toMatchObject({
      ...{ code: 'CHANNEL_SIGN_IN_REFUSED', permanent: true },
    });
    expect(plain.mails).toEqual([]);
    await deliver(message(), { port: plain.port, security: 'none', username: undefined });
    expect(plain.mails).toMatchObject([{ tls: false, user: undefined }]);
  });

  it('refuses a certificate that is not trusted', async () => {
    for (const [server, security] of [
      [starttls, 'starttls'],
      [implicit, 'tls'],
    ] as const) {
      const fault = await faultOf(
        deliver(message(), { port: server.port, security, certificate: undefined }),
      );
      expect(fault).toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
      expect(fault.message).toMatch(/self.signed certificate/);
      expect(server.mails).toEqual([]);
    }
  });

  it('reaches no address that is not allowed', async () => {
    const fault = await faultOf(deliver(message(), { port: starttls.port, host: '127.0.0.2' }));
    expect(fault).toMatchObject({ code: 'CHANNEL_ADDRESS_REFUSED', permanent: true });
  });
});

describe('the answer of a mail server', () => {
  it.each([
    ['a wrong password', { password: 'wrong' }, {}, 'CHANNEL_SIGN_IN_REFUSED', true],
    ['an unknown recipient', {}, { recipient: 'unknown@example.com' }, 'MESSAGE_REFUSED', true],
    ['a full mailbox', {}, { recipient: 'full@example.com' }, 'CHANNEL_BUSY', false],
  ])('about %s decides what is done', async (_, changes, delivery, code, permanent) => {
    const work = deliver(message(failed, delivery), { port: starttls.port, ...changes });
    const fault = await faultOf(work);
    expect(fault).toMatchObject({ code, permanent });
    expect(fault.message).not.toContain('wrong');
    expect(starttls.mails).toEqual([]);
  });

  it.each([
    ['reset', 'CHANNEL_UNREACHABLE'],
    ['busy', 'CHANNEL_BUSY'],
  ] as const)('that is away (%s) is worth another attempt', async (outage, code) => {
    starttls.outage = outage;
    expect(await faultOf(deliver(message(), { port: starttls.port }))).toMatchObject({
      code,
      permanent: false,
    });
  });

  it('is not waited for after the signal of the sender', async () => {
    starttls.outage = 'no-answer';
    const stop = new AbortController();
    const work = email.deliver(message(), {
      settings: email.settings.parse({
        host: '127.0.0.1',
        port: starttls.port,
        from: 'a@example.com',
        to: 'b@example.com',
      }) as never,
      secrets: {} as never,
      http: outgoing.http,
      connect: async (...args) => {
        const socket = await outgoing.connect(...args);
        setImmediate(() => stop.abort(new Error('stopped')));
        return socket;
      },
      readPicture: async () => undefined,
      signal: stop.signal,
      log: quiet,
    });
    await expect(work).rejects.toThrow('stopped');
  });
});

describe('a channel for mails', () => {
  const parse = (settings: object) =>
    email.settings.safeParse({ host: 'smtp.example.com', from: 'matre@example.com', ...settings }).success;

  it.each([
    [{}, true],
    [{ host: '10.0.0.1', port: 465, security: 'tls' }, true],
    [{ host: 'smtp.example.com\r\n' }, false],
    [{ host: 'http://smtp.example.com' }, false],
    [{ port: 0 }, false],
    [{ security: 'ssl' }, false],
    [{ from: 'matre' }, false],
    [{ from: 'matre@example.com\nBcc: eve@example.com' }, false],
    [{ senderName: 'a\r\nb' }, false],
    [{ certificate: 'no' }, false],
    [{ more: 1 }, false],
  ])('with %j is accepted: %s', (settings, expected) => {
    expect(parse(settings)).toBe(expected);
  });
});
