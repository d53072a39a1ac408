import { z } from 'zod';
import { type Message, messagePurposes, messageStates } from '../../model/message.ts';
import { time } from '../core/fields.ts';

export const messageView = z.object({
  id: z.number(),
  channel: z.string().describe('The name of the channel when the message was planned'),
  rule: z.string().nullable().describe('The rule that sends it; null for a subscription or a status'),
  reason: z.string().nullable().describe('Why it is sent'),
  recipient: z.string().nullable().describe('Null for the default of the channel'),
  purpose: z.enum(messagePurposes),
  submission: z.number().nullable(),
  run: z.number().nullable(),
  alert: z.number().nullable(),
  headline: z.string().nullable().describe('Its first line; null until the first attempt'),
  state: z
    .enum(messageStates)
    .describe('`given-up`: no attempt of a day succeeded; `dropped`: there was nothing to announce any more'),
  sending: z.boolean().describe('An attempt is under way'),
  attempts: z.number(),
  dueAt: time.nullable().describe('The next attempt of one that waits'),
  error: z
    .object({ code: z.string(), message: z.string(), permanent: z.boolean() })
    .nullable()
    .describe('Of the last attempt, or why it was dropped; permanent: only a change helps'),
  createdAt: time,
  attemptedAt: time.nullable(),
  sentAt: time.nullable(),
  endedAt: time.nullable().describe('When it was sent, given up or dropped'),
});
export type MessageView = z.output<typeof messageView>;

export function viewMessage(message: Message): MessageView {
  const { state, endedAt } = message;
  return {
    id: message.id,
    channel: message.channel,
    rule: message.rule ?? null,
    reason: message.reason ?? null,
    recipient: message.recipient ?? null,
    purpose: message.purpose,
    submission: message.submissionId ?? null,
    run: message.runId ?? null,
    alert: message.alertId ?? null,
    headline: message.headline ?? null,
    state,
    sending: message.sending,
    attempts: message.attempts,
    dueAt: state === 'waiting' ? message.dueAt.toISOString() : null,
    error: message.error ?? null,
    createdAt: message.createdAt.toISOString(),
    attemptedAt: message.attemptedAt?.toISOString() ?? null,
    sentAt: state === 'sent' ? (endedAt?.toISOString() ?? null) : null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}
