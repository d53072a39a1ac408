import { Fault } from '../../faults/fault.ts';
import type { Channel } from '../../model/channel.ts';
import type { Message, MessagePurpose, MessageState } from '../../model/message.ts';
import { type Database, notifyChange, notifyMessages, type Queryable } from '../database/database.ts';

export interface MessageFilter {
  submissionId?: number | undefined;
  /** Those of the run, and of its submission. */
  runId?: number | undefined;
  /** The name of the channel, as it was when the message was planned. */
  channel?: string | undefined;
  state?: MessageState | undefined;
  /** Only those with a smaller id: the next page. */
  before?: number | undefined;
  limit: number;
}

/** The messages of a channel in short. */
export interface ChannelSummary {
  waiting: number;
  lastSentAt: Date | undefined;
  /** Of the newest attempt that failed and whose message still waits or was given up. */
  lastError: { code: string; message: string; at: Date } | undefined;
}

/** A test message as its channel accepted it. */
interface SentTest {
  key: string;
  recipient: string | undefined;
  content: { headline: string; text: string };
}

export type Messages = ReturnType<typeof createMessages>;

/** The messages of the outbox as users see them. */
export function createMessages({ database }: { database: Database }) {
  return {
    /** The messages that match a filter, the newest first. */
    list(filter: MessageFilter): Promise<Message[]> {
      const { submissionId, runId, channel, state, before, limit } = filter;
      const parameters: unknown[] = [];
      const conditions: string[] = [];
      /** The placeholder of a value. */
      const value = (each: unknown) => `$${parameters.push(each)}`;
      if (submissionId !== undefined) conditions.push(`submission_id = ${value(submissionId)}::bigint`);
      if (runId !== undefined) {
        const run = value(runId);
        conditions.push(`submission_id = (SELECT submission_id FROM run WHERE id = ${run}::bigint)
          AND (run_id IS NULL OR run_id = ${run}::bigint)`);
      }
      if (channel !== undefined) conditions.push(`channel_name = ${value(channel)}::text`);
      if (state !== undefined) conditions.push(`state = ${value(state)}::text`);
      if (before !== undefined) conditions.push(`id < ${value(before)}::bigint`);
      const where = conditions.length > 0 ? conditions.join(' AND ') : 'true';
      return select(database, `${where} ORDER BY id DESC LIMIT ${value(limit)}::int`, parameters);
    },

    /**
     * Makes a message that waits or was given up due now, and gives it another day; its key stays. Errors: MESSAGE_UNKNOWN,
     * MESSAGE_ENDED when it was sent or dropped.
     */
    retry: (id: number): Promise<Message> =>
      database.transaction(async (transaction) => {
        const changed = await transaction.query(
          `UPDATE message SET state = 'waiting', ended_at = NULL, due_at = now(), give_up_at = now() + interval '1 day'
           WHERE id = $1 AND state IN ('waiting', 'given-up') RETURNING id`,
          [id],
        );
        const [message] = await select(transaction, 'id = $1', [id]);
        if (!message) throw new Fault('MESSAGE_UNKNOWN', `There is no message ${id}.`);
        if (changed.length === 0) {
          throw new Fault(
            'MESSAGE_ENDED',
            message.state === 'sent'
              ? `Message ${id} was sent.`
              : `Message ${id} has nothing to announce any more.`,
          );
        }
        await notifyMessages(transaction);
        await notifyChange(transaction, 'messages');
        return message;
      }),

    /** Records a test message that its channel accepted: it was sent at once, so it never waits. */
    async addTest(channel: Pick<Channel, 'id' | 'name'>, test: SentTest): Promise<void> {
      const { key, recipient, content } = test;
      await database.query(
        `INSERT INTO message (key, channel_id, channel_name, recipient, purpose, content, state, attempts, attempted_at, ended_at)
         VALUES ($1, $2, $3, $4, 'test', $5::jsonb, 'sent', 1, now(), now())`,
        [key, channel.id, channel.name, recipient ?? null, JSON.stringify(content)],
      );
      await notifyChange(database, 'messages');
    },

    /** Of each channel that has messages, by its id. */
    async channelSummaries(): Promise<Map<number, ChannelSummary>> {
      const rows = await database.query<{
        id: number;
        waiting: number;
        last_sent_at: Date | null;
        error_code: string | null;
        error_message: string | null;
        attempted_at: Date | null;
      }>(
        `SELECT channel.id, waiting.count AS waiting, error_code, error_message, attempted_at,
           (SELECT max(ended_at) FROM message WHERE channel_id = channel.id AND state = 'sent') AS last_sent_at
         FROM channel, LATERAL (
           SELECT count(*) FROM message WHERE channel_id = channel.id AND state = 'waiting'
         ) AS waiting LEFT JOIN LATERAL (
           SELECT error_code, error_message, attempted_at FROM message
           WHERE channel_id = channel.id AND state = 'waiting' AND error_code IS NOT NULL
           ORDER BY attempted_at DESC LIMIT 1
         ) AS failed ON true`,
      );
      return new Map(
        rows.map((row) => [
          row.id,
          {
            waiting: row.waiting,
            lastSentAt: row.last_sent_at ?? undefined,
            lastError:
              row.error_code && row.attempted_at
                ? { code: row.error_code, message: row.error_message ?? '', at: row.attempted_at }
                : undefined,
          },
        ]),
      );
    },

    /**
     * Deletes at most `limit` messages that ended more than `ageMs` ago or are not among the newest `max` that ended, and as many notices
     * that were planned before `ageMs`; returns their number. 0: no limit.
     */
    async removeOld({ ageMs, max }: { ageMs: number; max: number }, limit: number): Promise<number> {
      const messages = await database.query(
        `DELETE FROM message WHERE id IN (
           SELECT id FROM message WHERE ended_at IS NOT NULL AND (
             ($1::bigint > 0 AND created_at < now() - $1 * interval '1 millisecond' AND ended_at < now() - $1 * interval '1 millisecond')
             OR ($2::bigint > 0 AND id <= (SELECT id FROM message WHERE ended_at IS NOT NULL ORDER BY id DESC OFFSET $2 LIMIT 1))
           ) ORDER BY id LIMIT $3
         ) RETURNING id`,
        [ageMs, max, limit],
      );
      const notices = await database.query(
        `DELETE FROM notice WHERE id IN (
           SELECT id FROM notice WHERE $1::bigint > 0 AND at < now() - $1 * interval '1 millisecond' AND planned_at IS NOT NULL
           ORDER BY id LIMIT $2
         ) RETURNING id`,
        [ageMs, limit],
      );
      return messages.length + notices.length;
    },
  };
}

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Message[]> {
  const rows = await database.query<MessageRow>(
    `SELECT id, key, channel_id, channel_name, rule_name, reason, recipient, purpose, outcome, submission_id, run_id, alert_id, state, attempts,
       -- A receiver that asked to wait holds up all messages of its channel.
       greatest(due_at, (SELECT blocked_until FROM channel WHERE id = channel_id)) AS due_at,
       claimed_until > now() AND state = 'waiting' AS sending, content ->> 'headline' AS headline,
       error_code, error_message, error_permanent, created_at, attempted_at, ended_at
     FROM message WHERE ${condition}`,
    parameters,
  );
  return rows.map(toMessage);
}

interface MessageRow {
  id: number;
  key: string;
  channel_id: number;
  channel_name: string;
  rule_name: string | null;
  reason: string | null;
  recipient: string | null;
  purpose: MessagePurpose;
  outcome: string | null;
  submission_id: number | null;
  run_id: number | null;
  alert_id: number | null;
  state: MessageState;
  attempts: number;
  due_at: Date;
  sending: boolean | null;
  headline: string | null;
  error_code: string | null;
  error_message: string | null;
  error_permanent: boolean;
  created_at: Date;
  attempted_at: Date | null;
  ended_at: Date | null;
}

const toMessage = (row: MessageRow): Message => ({
  id: row.id,
  key: row.key,
  channelId: row.channel_id,
  channel: row.channel_name,
  rule: row.rule_name ?? undefined,
  reason: row.reason ?? undefined,
  recipient: row.recipient ?? undefined,
  purpose: row.purpose,
  outcome: row.outcome ?? undefined,
  submissionId: row.submission_id ?? undefined,
  runId: row.run_id ?? undefined,
  alertId: row.alert_id ?? undefined,
  state: row.state,
  attempts: row.attempts,
  dueAt: row.due_at,
  sending: row.sending ?? false,
  headline: row.headline ?? undefined,
  error:
    row.error_code === null
      ? undefined
      : { code: row.error_code, message: row.error_message ?? '', permanent: row.error_permanent },
  createdAt: row.created_at,
  attemptedAt: row.attempted_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
});
