import { z } from 'zod';
import { messageStates } from '../../model/message.ts';
import { readNotSent } from '../../store/tables/notices.ts';
import { line, runId, submissionId, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { messageView, viewMessage } from './message-view.ts';

const messageId = wholeNumber(1, Number.MAX_SAFE_INTEGER, 'must be the number of a message');
/** Messages of a submission that are answered: one for each channel and recipient, and their edits and replies. */
const maxOfSubmission = 200;

export const listMessages = defineOperation({
  name: 'messages.list',
  method: 'GET',
  path: '/api/messages',
  summary:
    'List messages, the newest first: what was sent to which channel, what waits, and what was given up',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    submission: submissionId.optional().describe('Only those about this submission'),
    run: runId.optional().describe('Only those about this run, or about its submission'),
    channel: line(200).optional().describe('Only those to the channel of this name'),
    state: z.enum(messageStates).optional(),
    before: messageId.optional().describe('Only messages with a smaller number: the next page'),
    limit: wholeNumber(1, 200).default(50),
  }),
  output: z.object({
    messages: z.array(messageView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run(context, { submission, run, limit, ...filter }) {
    // One more than the limit shows whether there is another page.
    const page = await context.messages.list({
      ...filter,
      submissionId: submission,
      runId: run,
      limit: limit + 1,
    });
    const messages = page.slice(0, limit).map(viewMessage);
    return { messages, next: page.length > limit ? (messages.at(-1)?.id ?? null) : null };
  },
});

export const retryMessage = defineOperation({
  name: 'messages.retry',
  method: 'POST',
  path: '/api/messages/:id/retry',
  summary: 'Send a message that waits or was given up now, and try for another day',
  role: 'operator',
  audited: ({ id }) => `message ${id}`,
  input: z.object({ id: messageId }),
  output: messageView,
  run: async (context, { id }) => viewMessage(await context.messages.retry(id)),
});

export const listSubmissionMessages = defineOperation({
  name: 'submissions.messages',
  method: 'GET',
  path: '/api/submissions/:id/messages',
  summary: 'List the messages about a submission, and which rules sent none when it was finished',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: submissionId }),
  output: z.object({
    messages: z.array(messageView).describe(`The newest first, at most ${maxOfSubmission}`),
    notSent: z.array(
      z.object({ rule: z.string(), channel: z.string(), reason: z.string().describe('In words') }),
    ),
  }),
  async run(context, { id }) {
    await context.submissions.get(id);
    const [messages, notSent] = await Promise.all([
      context.messages.list({ submissionId: id, limit: maxOfSubmission }),
      readNotSent(context.database, id),
    ]);
    return { messages: messages.map(viewMessage), notSent };
  },
});
