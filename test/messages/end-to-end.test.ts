import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type SlackStandIn, startSlack } from '../support/channels/slack.ts';
import { namedRunner } from '../support/runner.ts';
import { newEnvironment } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

let slack: SlackStandIn;
let server: TestServer;

const noConditions = { environments: [], schedules: [], saved: [], branches: [], requesters: [], alerts: [] };

beforeAll(async () => {
  slack = await startSlack();
  server = await startTestServer({
    settings: {
      MATRE_MESSAGES_ALLOWED_NETWORKS: '127.0.0.0/8',
    },
    parts: { runner: namedRunner },
  });
  const { environments, channels, messageRules } = server.app.context;
  await environments.create(newEnvironment('us'));
  const own = { personal: false, disabled: undefined, createdBy: 'ann' };
  const bot = await channels.create({
    ...{ ...own, name: 'bot', kind: 'slack-bot', settings: { channel: 'C0NIGHTLY1', apiUrl: slack.apiUrl } },
    secrets: { token: slack.token },
  });
  const hook = await channels.create({
    ...{ ...own, name: 'hook', kind: 'slack-webhook', settings: {}, secrets: { url: slack.webhookUrl } },
  });
  for (const [channel, occasions] of [
    [bot, ['always']],
    [hook, ['failed']],
  ] as const) {
    await messageRules.create({
      ...{ name: channel.name, channelId: channel.id, recipients: [], conditions: noConditions },
      ...{ occasions: [...occasions], quietHours: undefined, digest: undefined, digestAt: undefined },
      ...{ disabled: undefined, createdBy: 'ann' },
    });
  }
  await server.app.startWorkers();
});
afterAll(async () => {
  await server?.close();
  await slack?.close();
});

const submit = async (tests: string[]): Promise<{ submission: number; run: number }> => {
  const { status, body } = await server.ask('POST', '/api/runs', {
    environments: ['us'],
    selection: { tests },
  });
  expect(status).toBe(200);
  const [run] = body.runs;
  return { submission: run.submissionId, run: run.id };
};
const messagesOf = async (submission: number) =>
  (await server.ask('GET', `/api/submissions/${submission}/messages`)).body;
/** The messages of a finished submission once none waits. */
const messagesOnceSent = (submission: number) =>
  waitFor(async () => {
    const { body } = await server.ask('GET', `/api/submissions/${submission}`);
    // Before the messages are read: a notice that is planned in between adds some.
    const [unplanned] = await server.app.context.database.query(
      'SELECT FROM notice WHERE planned_at IS NULL LIMIT 1',
    );
    const answer = await messagesOf(submission);
    const isOver = answer.messages.every(({ state }: { state: string }) => state !== 'waiting');
    return body.verdict && !unplanned && isOver ? answer : undefined;
  });
const postsIn = (channel: string) => slack.posts.filter((post) => post.channel === channel && !post.threadTs);

it('posts a submission once on each channel, whatever it does later, and says which rule sent nothing', async () => {
  const { submission, run } = await submit(['FailLogin', 'Pass']);
  const answer = await messagesOnceSent(submission);
  const isPost = ({ purpose }: { purpose: string }) => purpose === 'post';
  expect(answer.messages.filter(isPost)).toMatchObject([
    { channel: 'hook', rule: 'hook', state: 'sent', submission },
    { channel: 'bot', rule: 'bot', state: 'sent', submission },
  ]);
  expect(answer.messages.every(({ headline }: { headline: string }) => headline.length > 0)).toBe(true);
  expect(answer.notSent).toEqual([]);
  expect([postsIn('C0NIGHTLY1').length, postsIn('C0WEBHOOK').length]).toEqual([1, 1]);
  const edits = postsIn('C0NIGHTLY1')[0]?.edits ?? 0;

  // Another attempt finishes it again, with the same failure.
  expect((await server.ask('POST', `/api/runs/${run}/retry`, { failedOnly: true })).status).toBeLessThan(300);
  await messagesOnceSent(submission);
  expect([postsIn('C0NIGHTLY1').length, postsIn('C0WEBHOOK').length]).toEqual([1, 1]);
  expect(postsIn('C0NIGHTLY1')[0]?.edits).toBeGreaterThan(edits);

  const passed = await submit(['Pass']);
  const { messages, notSent } = await messagesOnceSent(passed.submission);
  expect(messages.filter(isPost)).toMatchObject([{ channel: 'bot', state: 'sent' }]);
  expect(notSent).toMatchObject([{ rule: 'Rule hook', channel: 'hook', reason: expect.any(String) }]);
});

it('keeps what a channel does not take, shows why, and sends it when a user retries it', async () => {
  slack.outage = 'unavailable';
  const { submission } = await submit(['FailLogin']);
  const failed = await waitFor(async () => {
    const { messages } = await messagesOf(submission);
    return messages.find(
      ({ channel, error }: { channel: string; error: unknown }) => channel === 'hook' && error,
    );
  });
  expect(failed).toMatchObject({
    state: 'waiting',
    error: { code: 'CHANNEL_UNREACHABLE' },
    dueAt: expect.any(String),
  });
  slack.outage = 'none';
  const retried = await server.ask('POST', `/api/messages/${failed.id}/retry`);
  expect(retried.body).toMatchObject({ id: failed.id, state: 'waiting' });
  await waitFor(async () => {
    const { body } = await server.ask(
      'GET',
      `/api/messages?channel=hook&state=sent&submission=${submission}`,
    );
    return body.messages.length === 1;
  });
  expect((await server.ask('POST', `/api/messages/${failed.id}/retry`)).body.code).toBe('MESSAGE_ENDED');
  expect((await server.ask('GET', '/api/messages?limit=1')).body).toMatchObject({ next: expect.any(Number) });
});
