import { isObject } from './receiver.ts';

type Fields = Record<string, unknown>;

/** The most bytes that the blocks of a message have; measured by users, not documented. */
const maxBlocksBytes = 13_200;

/** Arguments of chat.postMessage and chat.update that matre has a use for. */
const messageFields = [
  ...['channel', 'ts', 'thread_ts', 'text', 'blocks', 'metadata', 'unfurl_links', 'unfurl_media'],
];

/** Why Slack would refuse a message, in its words; `undefined` when it accepts it. */
export function slackProblem(message: Fields): string | undefined {
  const { text, blocks, metadata } = message;
  const unknownName = Object.keys(message).find((name) => !messageFields.includes(name));
  if (unknownName !== undefined) return `invalid_arguments unknown: ${unknownName}`;
  if (text === undefined && blocks === undefined) return 'no_text';
  if (text !== undefined && typeof text !== 'string') return 'invalid_arguments';
  if (typeof text === 'string' && text.length > 40_000) return 'msg_too_long';
  if (blocks !== undefined) {
    if (!Array.isArray(blocks)) return 'invalid_blocks_format';
    const bytes = Buffer.byteLength(JSON.stringify(blocks), 'utf8');
    if (blocks.length > 50 || bytes > maxBlocksBytes) return 'msg_blocks_too_long';
    const problem = blocks.flatMap((block) => blockProblem(block) ?? [])[0];
    if (problem !== undefined) return `invalid_blocks ${problem}`;
  }
  if (metadata !== undefined && !isMetadata(metadata)) return 'invalid_metadata_format';
}

function isMetadata(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.event_type === 'string' &&
    /^\w{1,256}$/.test(value.event_type) &&
    isObject(value.event_payload) &&
    JSON.stringify(value).length <= 8000
  );
}

function blockProblem(block: unknown): string | undefined {
  if (!isObject(block)) return 'a block is no object';
  switch (block.type) {
    case 'header':
      return textProblem(block.text, 150, ['plain_text']);
    case 'section':
      return textProblem(block.text, 3000, ['plain_text', 'mrkdwn']) ?? unknownField(block, ['text']);
    case 'divider':
      return unknownField(block, []);
    case 'context':
      return (
        listProblem(block.elements, 10, (element) => textProblem(element, 3000, ['plain_text', 'mrkdwn'])) ??
        unknownField(block, ['elements'])
      );
    case 'actions':
      return listProblem(block.elements, 25, buttonProblem) ?? unknownField(block, ['elements']);
    default:
      return `unsupported type: ${String(block.type)}`;
  }
}

function listProblem(
  list: unknown,
  max: number,
  problemOf: (item: unknown) => string | undefined,
): string | undefined {
  if (!Array.isArray(list) || list.length === 0) return 'must have at least 1 element';
  if (list.length > max) return `must have at most ${max} elements`;
  return list.flatMap((item) => problemOf(item) ?? [])[0];
}

function textProblem(text: unknown, max: number, types: string[]): string | undefined {
  if (!isObject(text) || !types.includes(String(text.type))) return `must be one of ${types.join(', ')}`;
  if (typeof text.text !== 'string' || text.text === '') return 'must be more than 0 characters';
  if (text.text.length > max) return `must be less than ${max + 1} characters`;
  return unknownField(text, text.type === 'mrkdwn' ? ['text', 'verbatim'] : ['text', 'emoji']);
}

function buttonProblem(element: unknown): string | undefined {
  if (!isObject(element) || element.type !== 'button') return 'unsupported element';
  const { url, action_id } = element;
  if (typeof action_id === 'string' && action_id.length > 255) return 'action_id is too long';
  if (typeof url === 'string' && (url.length > 3000 || !URL.canParse(url))) return 'invalid url';
  return (
    textProblem(element.text, 75, ['plain_text']) ??
    unknownField(element, ['text', 'url', 'action_id', 'value', 'style'])
  );
}

function unknownField(object: Fields, fields: string[]): string | undefined {
  const name = Object.keys(object).find((key) => !['type', 'block_id', ...fields].includes(key));
  return name === undefined ? undefined : `unknown field: ${name}`;
}

/** Whom a message would mention: `<!channel>` and `<@U1>` in any text, a plain `@channel` where Slack looks for names. */
export function slackMentions(message: Fields): string[] {
  const mentions: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isObject(value)) return;
    if (value.type === 'mrkdwn' && typeof value.text === 'string')
      mentions.push(...mentionsIn(value.text, value.verbatim !== true));
    for (const child of Object.values(value)) visit(child);
  };
  visit(message.blocks);
  if (typeof message.text === 'string')
    mentions.push(...mentionsIn(message.text, message.link_names === true));
  return mentions;
}

function mentionsIn(text: string, looksForNames: boolean): string[] {
  const names = looksForNames ? [...text.matchAll(/@(?:channel|here|everyone)\b/g)] : [];
  return [...text.matchAll(/<[!@#][^>]*>/g), ...names].map(([mention]) => mention);
}
