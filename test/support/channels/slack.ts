import { isObject, json, jsonBody, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';
import { slackMentions, slackProblem } from './slack-message.ts';

type Fields = Record<string, unknown>;

/** A message that the stand-in accepted, as it is now. */
export interface SlackPost {
  channel: string;
  ts: string;
  threadTs: string | undefined;
  /** The key in its metadata. */
  key: string | undefined;
  /** As it was sent, or as the last edit left it. */
  message: Fields;
  edits: number;
  isDeleted: boolean;
}

export interface SlackStandIn extends Receiver {
  apiUrl: string;
  /** Of a webhook into the channel `C0WEBHOOK`. */
  webhookUrl: string;
  token: string;
  /** All accepted messages, in the order of acceptance. */
  posts: SlackPost[];
  /** Mentions in accepted messages: there must be none. */
  mentions: string[];
  /** Channels by their id; the webhook posts into the first one. */
  channels: Map<string, { isMember: boolean; isArchived: boolean }>;
  /** The scopes of the token. */
  scopes: Set<string>;
}

const webhookPath = '/services/T0WORKSPACE/B0WEBHOOK/secretOfTheWebhook';

/** A stand-in for Slack: chat.postMessage, chat.update, the history, direct messages, and one incoming webhook. */
export async function startSlack(options: { port?: number } = {}): Promise<SlackStandIn> {
  const posts: SlackPost[] = [];
  const mentions: string[] = [];
  const token = 'xoxb-111111111111-222222222222-standInForSlack';
  const channels: SlackStandIn['channels'] = new Map([
    ['C0NIGHTLY1', { isMember: true, isArchived: false }],
    ['C0STRANGER', { isMember: false, isArchived: false }],
    ['C0ARCHIVED', { isMember: true, isArchived: true }],
    ['D0DIRECT001', { isMember: true, isArchived: false }],
  ]);
  const scopes = new Set(['chat:write', 'channels:history', 'groups:history', 'im:history', 'im:write']);
  let count = 0;

  /** The channel that an id means; a member's id means the direct messages with him. */
  const channelOf = (id: unknown) => (id === 'U0MEMBER001' ? 'D0DIRECT001' : String(id));

  function channelProblem(id: string): string | undefined {
    const channel = channels.get(id);
    if (!channel) return 'channel_not_found';
    if (!channel.isMember) return 'not_in_channel';
    if (channel.isArchived) return 'is_archived';
  }

  function accept(channel: string, message: Fields): SlackPost {
    count += 1;
    const ts = `${Math.floor(Date.now() / 1000)}.${String(count).padStart(6, '0')}`;
    const metadata = isObject(message.metadata) ? message.metadata.event_payload : undefined;
    const key = isObject(metadata) && typeof metadata.key === 'string' ? metadata.key : undefined;
    const threadTs = typeof message.thread_ts === 'string' ? message.thread_ts : undefined;
    const post = { channel, ts, threadTs, key, message, edits: 0, isDeleted: false };
    posts.push(post);
    mentions.push(...slackMentions(message));
    return post;
  }

  const findPost = (channel: string, ts: unknown) =>
    posts.find((post) => post.channel === channel && post.ts === ts && !post.isDeleted);

  const methods: Record<string, (fields: Fields) => Fields> = {
    'chat.postMessage': (fields) => {
      const channel = channelOf(fields.channel);
      const problem = need('chat:write') ?? channelProblem(channel) ?? slackProblem(fields);
      if (problem !== undefined) return refusal(problem);
      if (fields.thread_ts !== undefined && !findPost(channel, fields.thread_ts))
        return refusal('thread_not_found');
      const { ts } = accept(channel, fields);
      return { ok: true, channel, ts, message: { ts } };
    },
    'chat.update': (fields) => {
      const channel = String(fields.channel);
      const problem = need('chat:write') ?? channelProblem(channel) ?? slackProblem(fields);
      if (problem !== undefined) return refusal(problem);
      const post = findPost(channel, fields.ts);
      if (!post) return refusal('message_not_found');
      // Metadata stays when an edit has none.
      post.message = { ...fields, metadata: fields.metadata ?? post.message.metadata };
      post.edits += 1;
      mentions.push(...slackMentions(fields));
      return { ok: true, channel, ts: post.ts, text: fields.text };
    },
    'conversations.open': (fields) => {
      const problem = need('im:write');
      if (problem !== undefined) return refusal(problem);
      return fields.users === 'U0MEMBER001'
        ? { ok: true, channel: { id: channelOf(fields.users) } }
        : refusal('user_not_found');
    },
    'conversations.history': (fields) => page(fields, (post) => post.threadTs === undefined),
    'conversations.replies': (fields) =>
      findPost(String(fields.channel), fields.ts)
        ? page(fields, (post) => post.threadTs === fields.ts || post.ts === fields.ts)
        : refusal('thread_not_found'),
  };

  function page(fields: Fields, isIn: (post: SlackPost) => boolean): Fields {
    const channel = String(fields.channel);
    const problem =
      need(channel.startsWith('D') ? 'im:history' : 'channels:history') ?? channelProblem(channel);
    if (problem !== undefined) return refusal(problem);
    const oldest = Number(fields.oldest ?? 0);
    const all = posts
      .filter((post) => post.channel === channel && !post.isDeleted && isIn(post) && Number(post.ts) > oldest)
      .reverse();
    const start = Number(fields.cursor ?? 0);
    const limit = Math.min(Number(fields.limit ?? 100), 999);
    const hasMetadata = fields.include_all_metadata === 'true';
    const messages = all.slice(start, start + limit).map(({ ts, message }) => {
      const { metadata, ...shown } = message;
      return { ...shown, type: 'message', ts, ...(hasMetadata && { metadata }) };
    });
    const has_more = start + limit < all.length;
    const next_cursor = has_more ? String(start + limit) : '';
    return { ok: true, messages, has_more, response_metadata: { next_cursor } };
  }

  const need = (scope: string) => (scopes.has(scope) ? undefined : `missing_scope ${scope}`);

  function api(request: ReceivedRequest) {
    if (request.headers.authorization !== `Bearer ${token}`) return json(200, refusal('invalid_auth'));
    const method = methods[request.url.pathname.slice('/api/'.length)];
    if (!method) return json(200, refusal('unknown_method'));
    const fields =
      request.method === 'GET' ? Object.fromEntries(request.url.searchParams) : jsonBody(request);
    return json(200, fields ? method(fields) : refusal('invalid_json'));
  }

  function webhook(request: ReceivedRequest) {
    if (request.url.pathname !== webhookPath) return { status: 404, body: 'no_service' };
    const message = jsonBody(request);
    if (!message) return { status: 400, body: 'invalid_payload' };
    const [problem] = slackProblem(message)?.split(' ') ?? [];
    if (problem !== undefined) return { status: 400, body: problem };
    accept('C0WEBHOOK', message);
    return { status: 200, body: 'ok' };
  }

  const receiver = await startReceiver(
    (request) => (request.url.pathname.startsWith('/api/') ? api(request) : webhook(request)),
    options,
  );
  return Object.assign(receiver, {
    ...{ token, posts, mentions, channels, scopes },
    apiUrl: `${receiver.origin}/api`,
    webhookUrl: `${receiver.origin}${webhookPath}`,
  });
}

/** `missing_scope im:write` and `invalid_blocks must be ...` as Slack answers them. */
function refusal(problem: string): Fields {
  const [error = '', ...rest] = problem.split(' ');
  const details = rest.join(' ');
  if (error === 'missing_scope') return { ok: false, error, needed: details, provided: '' };
  return {
    ok: false,
    error,
    ...(details !== '' && { response_metadata: { messages: [`[ERROR] ${details}`] } }),
  };
}
