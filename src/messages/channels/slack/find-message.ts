import { z } from 'zod';
import type { Logger } from '../../../log.ts';
import { callSlack, type SlackApiOptions, SlackFault } from './api.ts';

/** The name of our metadata: Slack keeps it with a message, shows it to no member, and returns it with the history. */
export const metadataType = 'matre_message';

/** The messages of a page of the history; Slack allows 999. */
const pageSize = 200;
/** A busy channel has thousands of messages a day; more are not searched. */
const maxPages = 25;
/** The clock of Slack may differ from ours by as much. */
const clockSkewMs = 10 * 60_000;

const pageSchema = z.looseObject({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      metadata: z
        .looseObject({
          event_type: z.string().optional(),
          event_payload: z.looseObject({ key: z.unknown() }).optional(),
        })
        .optional(),
    }),
  ),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});

/** Errors of Slack that say that the app may not read there. */
const notReadable = ['missing_scope', 'not_in_channel', 'channel_not_found', 'no_permission'];

/**
 * The `ts` of the message with the key in a channel, or among the replies of `threadTs`; `undefined` when there is none, or when the app
 * may not read there, which is logged.
 */
export async function findSlackMessage(
  { key, channel, threadTs, createdAt }: Search,
  options: SlackApiOptions & { log: Logger },
): Promise<string | undefined> {
  const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
  const query: Record<string, string> = {
    channel,
    limit: String(pageSize),
    include_all_metadata: 'true',
    ...(threadTs !== undefined && { ts: threadTs }),
    ...(createdAt !== undefined && { oldest: String((Date.parse(createdAt) - clockSkewMs) / 1000) }),
  };
  try {
    for (let page = 0; page < maxPages; page += 1) {
      const { messages, response_metadata } = await callSlack(method, { query }, pageSchema, options);
      const match = messages.find(
        ({ metadata }) => metadata?.event_type === metadataType && metadata.event_payload?.key === key,
      );
      if (match) return match.ts;
      const cursor = response_metadata?.next_cursor ?? '';
      if (cursor === '') return;
      query.cursor = cursor;
    }
    options.log.warn({ channel, key }, 'Message not searched further back in the history of Slack');
  } catch (error) {
    if (!(error instanceof SlackFault)) throw error;
    if (error.slackError === 'thread_not_found') return;
    if (!notReadable.includes(error.slackError)) throw error;
    options.log.warn(
      { channel, key, reason: error.message },
      'Slack does not let matre see whether a message arrived; it is sent again',
    );
  }
}

interface Search {
  key: string;
  channel: string;
  threadTs?: string | undefined;
  createdAt?: string | undefined;
}
