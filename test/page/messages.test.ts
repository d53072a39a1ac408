import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type SlackStandIn, startSlack } from '../support/channels/slack.ts';
import { namedRunner } from '../support/runner.ts';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';

describe.skipIf(noBrowserReason)('messages in a browser', () => {
  let server: TestServer;
  let slack: SlackStandIn;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    slack = await startSlack();
    server = await startTestServer({
      settings: { MATRE_MESSAGES_ALLOWED_NETWORKS: 'public,127.0.0.0/8' },
      parts: { runner: namedRunner, resolveSelection: async () => undefined },
    });
    await server.app.startWorkers();
    browser = await startBrowser();
    await server.ask('POST', '/api/environments', {
      ...{ code: 'preprod-us', name: 'Shop', baseUrl: 'http://127.0.0.1:1/' },
      ...{ backendName: 'admin', adminUsername: 'admin' },
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await slack.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  it('lead from nothing to a channel that was tried and needs a rule', async () => {
    const page = await browser.open(`${server.url}/messages`, { viewport: { width: 1440, height: 900 } });
    await page.getByText('Nothing is sent yet: there is no channel').waitFor();
    await expectAccessible(page, 'messages without a channel');
    await page.getByRole('link', { name: 'Go to the channels' }).click();
    await page.getByRole('button', { name: 'Add the first channel' }).click();
    await page.getByLabel('Kind').selectOption('slack-webhook');
    await page.getByLabel('Name', { exact: true }).fill('Slack qa');
    await page.getByText('Missing: Address of the webhook.').waitFor();
    await page.getByLabel('Address of the webhook').fill(slack.webhookUrl);
    await expectAccessible(page, 'the form of a channel');
    await page.getByRole('button', { name: 'Add channel' }).click();

    const dialog = page.getByRole('dialog', { name: 'Send a test to Slack qa' });
    await dialog.getByRole('button', { name: 'Send test' }).waitFor();
    await expectAccessible(page, 'the test of a channel', '[role=dialog]');
    await dialog.getByRole('button', { name: 'Send test' }).click();
    await dialog.getByText('The receiver accepted the message.').waitFor();
    expect(slack.posts).toHaveLength(1);
    slack.outage = 'unavailable';
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await dialog.getByText('not delivered').waitFor();
    await dialog.getByText('What to do:').waitFor();
    slack.outage = 'none';
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    const row = page.getByRole('row', { name: /^Slack qa/ });
    await row.getByText('No rule sends to it.').waitFor();
    await expectAccessible(page, 'the list of channels');
    await page.context().close();
  });

  it('have words that are edited with a preview and the line of an error', async () => {
    const page = await browser.open(`${server.url}/templates?kind=slack-webhook`);
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    const source = page.getByLabel('Template', { exact: true });
    await source.fill('{{ headline }}\n{% if runs %}');
    await page
      .getByText(/line 2/)
      .first()
      .waitFor();
    await source.fill('Look: {{ headline }}');
    await page.getByText(/^Look: /).waitFor();
    await expectAccessible(page, 'the editor of a template');
    await page.context().close();
  });

  it('fit a phone, and are removed with a question', async () => {
    const page = await browser.open(`${server.url}/channels`, { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'Remove Slack qa' }).waitFor();
    for (const address of [
      '/channels',
      '/rules',
      '/messages',
      '/templates',
      '/alerts',
      '/new-rule',
      '/new-channel',
    ]) {
      await page.goto(server.url + address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expectFits(page, address);
    }
    await page.goto(`${server.url}/channels`);
    await page.getByRole('button', { name: 'Remove Slack qa' }).click();
    await page.getByRole('dialog').getByText('Its rules are removed, too').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No channels yet').waitFor();
    await page.context().close();
  });

  it('begin with alerts, which are on the overview until they end', async () => {
    await server.app.context.database.query(
      `INSERT INTO alert (kind, subject, message, action, page, started_at, last_seen_at, watched_at, source, members)
       VALUES ('disk-full', 'worker-1 /data', 'The disk is 97 % full.', 'Free space.', '/doctor', now(), now(), now(), 'test', '[]')`,
    );
    const page = await browser.open(server.url);
    const item = page.getByRole('listitem').filter({ hasText: 'The disk is 97 % full.' });
    await item.getByText('Free space.').waitFor();
    expect(await item.getByRole('link', { name: 'Show more' }).getAttribute('href')).toBe('/doctor');
    await expectAccessible(page, 'the overview with an alert');
    await page.goto(`${server.url}/alerts?state=open`);
    await page
      .getByRole('row', { name: /worker-1/ })
      .getByText('open', { exact: true })
      .waitFor();
    await expectAccessible(page, 'the list of alerts');
    await page.context().close();
  });
});
