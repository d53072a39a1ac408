import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../../test/support/channels/deliveries.ts';
import { googleChatProblem } from '../../../test/support/channels/google-chat.ts';
import { mattermostMentions } from '../../../test/support/channels/mattermost.ts';
import { slackMentions, slackProblem } from '../../../test/support/channels/slack-message.ts';
import {
  hostileTexts,
  longTest,
  sampleFacts,
  withTexts,
} from '../../../test/support/channels/submission-facts.ts';
import { cardProblems } from '../../../test/support/channels/teams.ts';
import type { Delivery } from './channel.ts';
import { googleChatLimits, googleChatMessage } from './google-chat.ts';
import { mattermostLimits, mattermostMessage } from './mattermost.ts';
import { slackMessage } from './slack/blocks.ts';
import { teamsLimits, teamsMessage } from './teams.ts';

const names = Object.keys(sampleFacts);
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value), 'utf8');

/** What is wrong with the payloads of a delivery, by kind. */
const problemsOf = {
  'slack-bot': (delivery: Delivery) => {
    const message = { ...slackMessage(delivery) };
    return [slackProblem(message) ?? []].flat();
  },
  teams: (delivery: Delivery) => {
    const message = teamsMessage(delivery);
    const [attachment] = message.attachments;
    return [
      ...cardProblems({ ...attachment?.content }),
      ...(bytes(message) > teamsLimits.bytes ? ['too large'] : []),
    ];
  },
  mattermost: (delivery: Delivery) => {
    const { text, attachments } = mattermostMessage(delivery);
    const isLong =
      text.length > mattermostLimits.text ||
      JSON.stringify({ attachments }).length > mattermostLimits.attachments;
    return isLong ? ['too long'] : [];
  },
  'google-chat': (delivery: Delivery) => {
    const message = googleChatMessage(delivery);
    const isLong = bytes(message) > googleChatLimits.bytes;
    return [googleChatProblem({ ...message }) ?? [], isLong ? ['too large'] : []].flat();
  },
};
const markups = {
  'slack-bot': 'mrkdwn',
  teams: 'markdown',
  mattermost: 'markdown',
  'google-chat': 'chat',
} as const;
type Kind = keyof typeof problemsOf;
const kinds = Object.keys(problemsOf) as Kind[];

describe.each(kinds)('a message of %s', (kind) => {
  it.each(names)('is accepted: %s', async (name) => {
    const facts = sampleFacts[name];
    if (!facts) throw new Error(name);
    for (const purpose of ['post', 'reply', 'test'] as const)
      expect(problemsOf[kind](await deliveryOf(facts, markups[kind], { purpose }))).toEqual([]);
  });

  it('stays within the limits for any template', () => {
    // No markup: the escape of values is that of the templates.
    const unit = fc.constantFrom('a', 'é', '💳', 'מ', ' ', '\n', '\n\n', '@', '*', '_', longTest);
    const text = fc.string({ unit, maxLength: 3000 });
    fc.assert(
      fc.property(text, text, fc.constantFrom(...names), (headline, body, name) => {
        const facts = sampleFacts[name];
        if (!facts) throw new Error(name);
        const content = { headline, body, text: `${headline}\n${body}`, facts };
        expect(problemsOf[kind]({ key: 'k', purpose: 'post', content, repeat: false })).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('says how many of 3,000 lines are left out', async () => {
    const { failed } = sampleFacts;
    if (!failed) throw new Error('no sample');
    const lines = Array.from({ length: 3000 }, (_, index) => `${longTest}${index}`);
    const delivery = await deliveryOf(failed, markups[kind]);
    const long = { ...delivery, content: { ...delivery.content, body: lines.join('\n') } };
    expect(problemsOf[kind](long)).toEqual([]);
    const payload = JSON.stringify(
      {
        'slack-bot': slackMessage,
        teams: teamsMessage,
        mattermost: mattermostMessage,
        'google-chat': googleChatMessage,
      }[kind](long),
    );
    const shown = [...payload.matchAll(/Test001\d+/g)].length;
    expect(shown).toBeGreaterThan(20);
    expect(payload).toContain(`… ${3000 - shown} more lines were left out.`);
  });

  it('begins with the headline and has a word for the status', async () => {
    const { failed } = sampleFacts;
    if (!failed) throw new Error('no sample');
    const delivery = await deliveryOf(failed, markups[kind]);
    const payload = JSON.stringify(
      {
        'slack-bot': () => slackMessage(delivery).blocks,
        teams: () => teamsMessage(delivery).attachments[0]?.content.body,
        mattermost: () => mattermostMessage(delivery),
        'google-chat': () => googleChatMessage(delivery).cardsV2,
      }[kind](),
    );
    const headline = payload.indexOf('3 new failures');
    expect(headline).toBeGreaterThan(-1);
    expect(payload.indexOf('Failed')).toBeGreaterThan(headline);
  });
});

it('shows each line of a body as a block of a card, with the bullets of lists', async () => {
  const { failed } = sampleFacts;
  if (!failed) throw new Error('no sample');
  const delivery = await deliveryOf(failed, 'markdown');
  const body = 'two\n- **New**: a\n- b\n\nthree';
  const message = teamsMessage({ ...delivery, content: { ...delivery.content, body } });
  expect(message.attachments[0]?.content.body[1]).toEqual({
    type: 'Container',
    separator: true,
    items: [
      { type: 'TextBlock', text: 'two', wrap: true, spacing: 'Medium' },
      { type: 'TextBlock', text: '• **New**: a', wrap: true, spacing: 'Small' },
      { type: 'TextBlock', text: '• b', wrap: true, spacing: 'Small' },
      { type: 'TextBlock', text: 'three', wrap: true, spacing: 'Medium' },
    ],
  });
});

describe('texts of tests and users', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...hostileTexts,
      longTest,
      '@',
      '<',
      '>',
      '&',
      '!',
      '|',
      '`',
      '*',
      '_',
      '\\',
      '\n',
      '\u202e',
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  );
  const text = fc
    .array(fragment, { minLength: 1, maxLength: 6 })
    .map((fragments) => fragments.join(''))
    .filter((joined) => joined.trim() !== '');
  const facts = fc
    .tuple(fc.constantFrom(...Object.values(sampleFacts)), fc.array(text, { minLength: 1, maxLength: 8 }))
    .map(([sample, texts]) => withTexts(sample, texts));
  const purpose = fc.constantFrom('post' as const, 'reply' as const);

  it.each(kinds)('make a valid message of %s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(facts, purpose, async (some, as) => {
        const delivery = await deliveryOf(some, markups[kind], { purpose: as });
        expect(problemsOf[kind](delivery)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('mention no member', async () => {
    await fc.assert(
      fc.asyncProperty(facts, purpose, async (some, as) => {
        const slack = slackMessage(await deliveryOf(some, 'mrkdwn', { purpose: as }));
        expect(slackMentions({ ...slack })).toEqual([]);
        const post = mattermostMessage(await deliveryOf(some, 'markdown', { purpose: as }));
        const texts = [post.text, ...post.attachments.map((attachment) => attachment.text)];
        expect(texts.flatMap(mattermostMentions)).toEqual([]);
        const chat = googleChatMessage(await deliveryOf(some, 'chat', { purpose: as }));
        expect(chat.fallbackText).not.toContain('<users/');
      }),
      { numRuns: 25 },
    );
  });
});
