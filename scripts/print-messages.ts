// Prints what each kind of chat channel sends for sample facts, to be read by a person before the words of templates are changed.
//
//   npx tsx scripts/print-messages.ts                     all kinds and samples
//   npx tsx scripts/print-messages.ts slack-bot failed    one kind, one sample
//   npx tsx scripts/print-messages.ts --schema FILE       checks the cards of Teams with a schema of Adaptive Cards
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Ajv } from 'ajv';
import type { Delivery } from '../src/messages/channels/channel.ts';
import { googleChatMessage } from '../src/messages/channels/google-chat.ts';
import { mattermostMessage } from '../src/messages/channels/mattermost.ts';
import { slackMessage } from '../src/messages/channels/slack/blocks.ts';
import { teamsMessage } from '../src/messages/channels/teams.ts';
import type { Markup } from '../src/messages/templates/render.ts';
import { deliveryOf } from '../test/support/channels/deliveries.ts';
import { sampleFacts } from '../test/support/channels/submission-facts.ts';

const { values, positionals } = parseArgs({
  options: { schema: { type: 'string' } },
  allowPositionals: true,
});
const [kindName, sampleName] = positionals;

const kinds: Record<string, { markup: Markup; payload: (delivery: Delivery) => object }> = {
  'slack-bot': { markup: 'mrkdwn', payload: slackMessage },
  teams: { markup: 'markdown', payload: teamsMessage },
  mattermost: { markup: 'markdown', payload: mattermostMessage },
  'google-chat': { markup: 'chat', payload: googleChatMessage },
};

/** All texts of a payload in their order, without the structure. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  const address = object.url === undefined ? [] : [`-> ${String(object.url)}`];
  const names = [
    'text',
    'items',
    'title',
    'body',
    'elements',
    'textParagraph',
    'attachments',
    'content',
    'actions',
  ];
  const more = [
    'cardsV2',
    'card',
    'sections',
    'widgets',
    'buttonList',
    'buttons',
    'onClick',
    'openLink',
    'blocks',
  ];
  return [...[...names, ...more].flatMap((name) => textsOf(object[name])), ...address];
}

const validate =
  values.schema === undefined
    ? undefined
    : new Ajv({ strict: false, validateFormats: false }).compile(draft7(readFileSync(values.schema, 'utf8')));

/** Ajv has no draft 6; the words of the schema mean the same in draft 7. */
function draft7(text: string): object {
  const { id, $schema, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return schema;
}

for (const [kind, { markup, payload }] of Object.entries(kinds)) {
  if (kindName !== undefined && kindName !== kind) continue;
  for (const [name, facts] of Object.entries(sampleFacts)) {
    if (sampleName !== undefined && sampleName !== name) continue;
    const message = payload(await deliveryOf(facts, markup));
    const size = Buffer.byteLength(JSON.stringify(message), 'utf8');
    console.log(`\n=== ${kind}: ${name} (${size} bytes)\n${textsOf(message).join('\n')}`);
    if (!validate || !('attachments' in message) || kind !== 'teams') continue;
    const [{ content }] = message.attachments as [{ content: Record<string, unknown> }];
    const { msteams, ...card } = content;
    if (!validate(card)) throw new Error(`${name}: ${JSON.stringify(validate.errors?.slice(0, 5))}`);
    console.log('(The card conforms to the schema.)');
  }
}
