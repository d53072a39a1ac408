import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/messages/channels/channel.ts';
import { slackBot } from '../../../src/messages/channels/slack/bot.ts';
import { deliverTo } from '../../support/channels/deliver.ts';
import { deliveryOf } from '../../support/channels/deliveries.ts';
import { type SlackStandIn, startSlack } from '../../support/channels/slack.ts';
import { sampleFacts, submission } from '../../support/channels/submission-facts.ts';

let slack: SlackStandIn;
beforeAll(async () => {
  slack = await startSlack();
});
afterAll(() => slack.close());
beforeEach(() => {
  slack.outage = 'none';
  slack.posts.length = 0;
  for (const scope of ['channels:history', 'im:history', 'im:write']) slack.scopes.add(scope);
});

const facts = submission({ headline: 'nightly on preprod-us: 3 new failures' });
const message = (values: Partial<Delivery> = {}) => deliveryOf(facts, 'mrkdwn', values);
const deliver = (delivery: Delivery, { channel = 'C0NIGHTLY1', token = slack.token } = {}) =>
  deliverTo(slackBot, { settings: { channel, apiUrl: slack.apiUrl }, secrets: { token } }, delivery);

/** Delivers so that Slack accepts the message and the answer is lost. */
async function loseAnswer(delivery: Delivery) {
  slack.outage = 'lost-answer';
  await expect(deliver(delivery)).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
  slack.outage = 'none';
}

describe('a message of the bot', () => {
  it('is one post, edited while the submission runs, with replies in its thread', async () => {
    const remote = await deliver(await message());
    const thread = remote ?? null;
    const edited = await deliver(await message({ purpose: 'edit', thread }));
    await deliver(await message({ purpose: 'reply', thread }));
    expect(edited).toEqual(remote);
    expect(slack.posts.map(({ threadTs, edits }) => ({ threadTs, edits }))).toEqual([
      { threadTs: undefined, edits: 1 },
      { threadTs: slack.posts[0]?.ts, edits: 0 },
    ]);
    expect(slack.mentions).toEqual([]);
  });

  it('is not sent twice when its answer was lost, as the history shows its key', async () => {
    const delivery = await message({ createdAt: new Date().toISOString() });
    await loseAnswer(delivery);
    // More than a page of the history was posted since, each message as long as those of a bad night.
    const [first] = slack.posts;
    if (!first) throw new Error('no post');
    const text = 'other '.repeat(2_000);
    for (let other = 0; other < 250; other += 1)
      slack.posts.push({ ...first, key: 'other', ts: `${first.ts}${other}`, message: { text } });
    const remote = await deliver({ ...delivery, repeat: true });
    expect(slack.posts.filter(({ key }) => key === delivery.key)).toHaveLength(1);
    expect(remote).toEqual({ channel: 'C0NIGHTLY1', ts: slack.posts[0]?.ts });
  });

  it('is sent when no earlier attempt arrived', async () => {
    await deliver(await message({ repeat: true }));
    expect(slack.posts).toHaveLength(1);
  });

  it('is not sent twice into a thread, nor as a direct message', async () => {
    const thread = (await deliver(await message())) ?? null;
    for (const values of [{ purpose: 'reply', thread } as const, { recipient: 'U0MEMBER001' }]) {
      const delivery = await message(values);
      await loseAnswer(delivery);
      await deliver({ ...delivery, repeat: true });
      expect(slack.posts.filter(({ key }) => key === delivery.key)).toHaveLength(1);
    }
  });

  it('is sent again when the app may not read the history', async () => {
    slack.scopes.delete('channels:history');
    slack.scopes.delete('im:write');
    await deliver(await message({ repeat: true }));
    await deliver(await message({ repeat: true, recipient: 'U0MEMBER001' }));
    expect(slack.posts.map(({ channel }) => channel)).toEqual(['C0NIGHTLY1', 'D0DIRECT001']);
  });

  it('is sent anew when the post to edit or to reply to was removed', async () => {
    const thread = (await deliver(await message())) ?? null;
    for (const post of slack.posts) post.isDeleted = true;
    const remote = await deliver(await message({ purpose: 'edit', thread }));
    expect(remote).toEqual({ channel: 'C0NIGHTLY1', ts: slack.posts[1]?.ts });
    await deliver(await message({ purpose: 'reply', thread }));
    expect(slack.posts.filter(({ isDeleted }) => !isDeleted)).toHaveLength(2);
  });

  it('is sent as a post when the post to edit was never sent', async () => {
    await deliver(await message({ purpose: 'edit' }));
    expect(slack.posts).toHaveLength(1);
  });

  it('arrives once after any outages, wherever it goes', async () => {
    const outage = fc.constantFrom('reset', 'unavailable', 'busy', 'lost-answer' as const);
    const place = fc.constantFrom('channel', 'member', 'thread', 'removed thread', 'removed post' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(outage, { maxLength: 4 }), place, async (outages, where) => {
        const thread = (await deliver(await message())) ?? null;
        const post = slack.posts.at(-1);
        if (post) post.isDeleted = where.startsWith('removed');
        const delivery = await message({
          ...(where === 'member' && { recipient: 'U0MEMBER001' }),
          ...(where.endsWith('thread') && { purpose: 'reply' as const, thread }),
          ...(where === 'removed post' && { purpose: 'edit' as const, thread }),
          createdAt: new Date().toISOString(),
        });
        for (const [attempt, each] of [...outages, 'none' as const].entries()) {
          slack.outage = each;
          await deliver({ ...delivery, repeat: attempt > 0 }).catch(() => undefined);
        }
        expect(slack.posts.filter(({ key }) => key === delivery.key)).toHaveLength(1);
      }),
      { numRuns: 25 },
    );
  });

  it.each(Object.keys(sampleFacts))('is accepted for each sort of notice: %s', async (name) => {
    await deliver(await deliveryOf(sampleFacts[name] ?? facts, 'mrkdwn'));
    expect(slack.posts).toHaveLength(1);
    expect(slack.mentions).toEqual([]);
  });
});

describe('a refusal of Slack', () => {
  it.each([
    ['C0UNKNOWN1', 'CHANNEL_TARGET_UNKNOWN', 'there is no such channel'],
    ['C0STRANGER', 'CHANNEL_TARGET_UNKNOWN', '/invite @app'],
    ['C0ARCHIVED', 'CHANNEL_TARGET_UNKNOWN', 'the channel is archived'],
  ])('of the channel %s says what to do, and is permanent', async (channel, code, words) => {
    const problem = await deliver(await message(), { channel }).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code, permanent: true, message: expect.stringContaining(words) });
  });

  it('of the token is permanent, and does not show it', async () => {
    const token = 'xoxb-1-wrong';
    const problem = await deliver(await message(), { token }).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'CHANNEL_SIGN_IN_REFUSED', permanent: true });
    expect(String(problem)).not.toContain(token);
  });

  it('of a scope names it', async () => {
    slack.scopes.delete('chat:write');
    const problem = await deliver(await message()).catch((error: unknown) => error);
    slack.scopes.add('chat:write');
    expect(problem).toMatchObject({
      code: 'CHANNEL_SIGN_IN_REFUSED',
      message: expect.stringContaining('chat:write'),
    });
  });

  it('of a recipient that is no member is permanent', async () => {
    await expect(deliver(await message({ recipient: 'ada@example.com' }))).rejects.toMatchObject({
      code: 'CHANNEL_TARGET_UNKNOWN',
      permanent: true,
    });
  });

  it('because of its rate limit says how long to wait', async () => {
    slack.outage = 'busy';
    await expect(deliver(await message())).rejects.toMatchObject({
      code: 'CHANNEL_BUSY',
      permanent: false,
      retryAfterMs: 1000,
    });
  });

  it.each(['reset', 'unavailable'] as const)('is temporary while Slack is away: %s', async (outage) => {
    slack.outage = outage;
    await expect(deliver(await message())).rejects.toMatchObject({
      code: 'CHANNEL_UNREACHABLE',
      permanent: false,
    });
  });
});

it('refuses settings that Slack could not use', () => {
  expect(slackBot.settings.safeParse({ channel: '#nightly' }).success).toBe(false);
  expect(slackBot.secrets.safeParse({ token: 'Bearer xoxb-1' }).success).toBe(false);
});
