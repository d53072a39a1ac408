import { isObject, json, jsonBody, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';

type Fields = Record<string, unknown>;

export interface MattermostStandIn extends Receiver {
  webhookUrl: string;
  /** The posts that were accepted, in the order of acceptance. */
  posts: Fields[];
  /** Mentions in accepted posts: there must be none. */
  mentions: string[];
}

/** Longer texts are split into several posts (PostMessageMaxRunesV2 of Mattermost). */
const maxText = 16_383;
/** Of all attachments as JSON (PostPropsMaxUserRunes of Mattermost). */
const maxAttachments = 760_000;
const channels = ['nightly', '@ada'];

/** A stand-in for an incoming webhook of Mattermost. It refuses what the real one would split into several posts. */
export async function startMattermost(options: { port?: number } = {}): Promise<MattermostStandIn> {
  const posts: Fields[] = [];
  const mentions: string[] = [];
  const path = '/hooks/7rg8kzd4hpnw3cq5mbx1standin';

  function handle(request: ReceivedRequest) {
    if (request.url.pathname !== path) return problem(404, 'web.incoming_webhook.invalid.app_error');
    const post = jsonBody(request);
    if (!post) return problem(400, 'api.webhook.incoming.error');
    const { text, channel, attachments = [] } = post;
    if (channel !== undefined && !channels.includes(String(channel)))
      return problem(404, 'web.incoming_webhook.channel.app_error');
    if (!Array.isArray(attachments) || !attachments.every(isAttachment))
      return problem(400, 'web.incoming_webhook.parse.app_error');
    if (!text && attachments.length === 0) return problem(400, 'web.incoming_webhook.text.app_error');
    if ([...String(text ?? '')].length > maxText) return problem(400, 'split into several posts');
    if (JSON.stringify(attachments).length > maxAttachments)
      return problem(400, 'web.incoming_webhook.split_props_length.app_error');
    posts.push(post);
    const texts = [text, ...attachments.flatMap((attachment) => [attachment.text, attachment.pretext])];
    mentions.push(...texts.flatMap((each) => mattermostMentions(String(each ?? ''))));
    return { status: 200, body: 'ok' };
  }

  const receiver = await startReceiver(handle, options);
  return Object.assign(receiver, { webhookUrl: `${receiver.origin}${path}`, posts, mentions });
}

function isAttachment(value: unknown): value is Fields {
  const fields = ['fallback', 'color', 'pretext', 'text', 'title', 'title_link', 'fields', 'footer'];
  return isObject(value) && Object.keys(value).every((name) => fields.includes(name));
}

const problem = (status: number, id: string) =>
  json(status, { id, message: `The webhook failed: ${id}`, request_id: 'k3', status_code: status });

/** `@name` at the beginning of a word, as Mattermost looks for members and groups. */
export function mattermostMentions(text: string): string[] {
  return [...text.matchAll(/(?<![\w.-])@[a-z0-9]/gi)].map(([mention]) => mention);
}
