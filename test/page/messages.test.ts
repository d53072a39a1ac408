import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/crypto/password.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { type SlackStandIn, startSlack } from '../support/channels/slack.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';
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

  const execute = async (tests: string[]): Promise<{ run: number; submission: number }> => {
    const body = { environments: ['preprod-us'], selection: { tests } };
    const { id } = (await server.ask('POST', '/api/runs', body)).body.runs[0];
    await waitFor(async () => (await server.app.context.runs.get(id)).state === 'finished');
    return { run: id, submission: (await server.ask('GET', `/api/runs/${id}`)).body.run.submissionId };
  };

  it('lead from nothing to a channel that was tried, and to a rule in plain words', async () => {
    // The form of the rule tries it on this one.
    await execute(['FailCart', 'LoginTest']);
    const page = await browser.open(`${server.url}/messages`, { viewport: { width: 1440, height: 900 } });
    await page.getByText('Nothing has been sent yet: there is no channel').waitFor();
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
    await row.getByText('works', { exact: true }).waitFor();
    await row.getByText('No rule sends to it.').waitFor();
    await expectAccessible(page, 'the list of channels');
    await row.getByRole('link', { name: 'Add a rule' }).click();
    await page.getByLabel('Name', { exact: true }).fill('qa');
    await page.getByRole('checkbox', { name: 'Quiet hours' }).check();
    await page.getByRole('combobox', { name: 'Time zone of the quiet hours' }).fill('Europe/Madrid');
    const sentence =
      'Slack qa: failed, broken or recovered submissions, not between 22:00 and 07:00 Europe/Madrid';
    await page.getByText(sentence).waitFor();
    const trial = page.getByRole('list', { name: 'Messages of last week' });
    await trial.getByRole('listitem').first().waitFor();
    await page.getByRole('checkbox', { name: 'Failed', exact: true }).uncheck();
    await page.getByText('Nothing, from 1 submission.').waitFor();
    await page.getByRole('checkbox', { name: 'Failed', exact: true }).check();
    await page.getByRole('checkbox', { name: 'Quiet hours' }).uncheck();
    await expectAccessible(page, 'the form of a rule');
    await page.getByRole('button', { name: 'Add rule' }).click();
    const rule = page.getByRole('row', { name: /^qa/ });
    await rule.getByText('Slack qa: failed, broken or recovered submissions').waitFor();
    await expectAccessible(page, 'the list of rules');
    await page.context().close();
  });

  it('are shown where they belong, with what was not sent and why, and tried again', async () => {
    const failed = await execute(['FailCart', 'LoginTest']);
    const page = await browser.open(`${server.url}/submissions/${failed.submission}`);
    const section = page.getByRole('heading', { name: 'Messages' });
    await page.getByText('1 sent').waitFor();
    await section.click();
    const row = page.getByRole('row').filter({ hasText: 'Rule qa: it failed' });
    await row.waitFor();
    await expectAccessible(page, 'a submission with messages');
    await page.goto(`${server.url}/runs/${failed.run}`);
    await page.getByText('1 sent').waitFor();

    const passed = await execute(['LoginTest']);
    await page.goto(`${server.url}/submissions/${passed.submission}`);
    await page.getByText('1 rule did not apply').click();
    await page.getByRole('list', { name: 'Not sent' }).getByText('Slack qa').waitFor();

    // After a day of attempts.
    await server.app.context.database.query(
      `UPDATE message SET state = 'given-up', error_code = 'CHANNEL_UNREACHABLE', error_message = 'Slack did not answer.'
       WHERE purpose = 'post'`,
    );
    await page.goto(`${server.url}/messages?state=given-up`);
    await row.getByText('Slack did not answer.').waitFor();
    await expectAccessible(page, 'the list of messages');
    await row.getByRole('button', { name: /^Try again/ }).click();
    await page.getByText('No messages match these filters').waitFor();
    await page.context().close();
  });

  it('have words that are edited with a preview, refused with the line of an error, and reset', async () => {
    const page = await browser.open(`${server.url}/templates?kind=slack-webhook`);
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    const source = page.getByLabel('Template', { exact: true });
    await source.fill('{{ headline }}\n{% if runs %}');
    await page
      .getByText(/line 2/)
      .first()
      .waitFor();
    await source.fill('Look: {{ headline }}');
    // Not that of the field, whose text begins alike.
    await page
      .getByRole('region', { name: 'Preview' })
      .getByText(/^Look: /)
      .waitFor();
    await expectAccessible(page, 'the editor of a template');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/^Changed by/).waitFor();
    await page.getByRole('button', { name: 'Reset to default' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset to default' }).click();
    await page.getByText('The default template').waitFor();
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
    await page.getByRole('dialog').getByText('Its rules are removed too').waitFor();
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

  it('are sent to a user who subscribes on the page of the account', async () => {
    const secured = await startTestServer({
      settings: { MATRE_SIGN_IN: 'on' },
      parts: { runner: namedRunner },
    });
    const { access, channels } = secured.app.context;
    const password = 'correct horse battery';
    await access.accounts.create({ name: 'ada', role: 'admin', password: await hashPassword(password) });
    await access.accounts.create({ name: 'vera', role: 'viewer', password: await hashPassword(password) });
    const ada = openBrowser(secured.url);
    await ada.session();
    await ada.signIn('ada', password);
    const settings = { host: 'mail.example.com', from: 'matre@example.com' };
    await ada.ask('POST', '/api/channels', { name: 'mail', kind: 'email', personal: true, settings });
    expect((await channels.list()).map(({ name }) => name)).toEqual(['mail']);

    const page = await browser.open(`${secured.url}/account`, { viewport: { width: 1440, height: 900 } });
    await page.getByRole('textbox', { name: 'Name' }).fill('vera');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const row = page.getByRole('row', { name: /^mail/ });
    await row.getByText('nothing', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Subscribe to mail' }).click();
    const dialog = page.getByRole('dialog', { name: 'Messages to you through mail' });
    await dialog.getByLabel('Your address').fill('vera@example.com');
    await expectAccessible(page, 'the form of a subscription', '[role=dialog]');
    await dialog.getByRole('button', { name: 'Subscribe' }).click();
    await row.getByText('vera@example.com', { exact: false }).waitFor();
    await row.getByText('only submissions of your own', { exact: false }).waitFor();
    await expectAccessible(page, 'an account with a subscription');
    await row.getByRole('button', { name: 'Unsubscribe from mail' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unsubscribe' }).click();
    await row.getByText('nothing', { exact: true }).waitFor();
    await page.context().close();
    await secured.close();
  });
});
