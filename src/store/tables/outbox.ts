import type { MessagePurpose, Notice } from '../../model/message.ts';
import { channels, type Database, storable, storableJson } from '../database/database.ts';

/** A message that this process sends: nobody else does until the claim is over. */
export interface ClaimedMessage {
  id: number;
  key: string;
  /** Of the claim: later writes need it. */
  token: string;
  notice: Omit<Notice, 'id' | 'at'> | undefined;
  channelId: number;
  recipient: string | undefined;
  /** It is sent to the recipient because of a subscription. */
  isPersonal: boolean;
  purpose: MessagePurpose;
  outcome: string | undefined;
  thread: string | undefined;
  /** With this one. More than one: an earlier attempt may have reached the channel. */
  attempts: number;
  /** As rendered before its first attempt. */
  content: unknown;
  createdAt: Date;
}

/** How an attempt failed. */
export interface FailedAttempt {
  code: string;
  message: string;
  /** The channel refuses the message until something is changed. */
  permanent: boolean;
  /** Until the next attempt. */
  delayMs: number;
  /** How long no message is sent to the channel, as it requested. */
  blockMs?: number | undefined;
}

/** SQL: no process sends the message now. */
export const unclaimed = '(claimed_until IS NULL OR claimed_until <= now())';

/**
 * SQL: no message waits before this one in its thread. A subquery, which is evaluated only for messages that can be claimed, and
 * `ended_at`, which keeps it from the index of what waits: a join, or that index, reads all that waits for a channel that is away.
 */
const isFirstOfThread = `(
    SELECT true FROM message AS earlier
    WHERE earlier.channel_id = message.channel_id AND earlier.thread = message.thread
      AND earlier.recipient IS NOT DISTINCT FROM message.recipient
      AND earlier.ended_at IS NULL AND earlier.id < message.id
    LIMIT 1
  ) IS NULL`;

/** What senders write. */
export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox({ database }: { database: Database }) {
  // The embedded database has one process, which ends with its server.
  const serverStartedAt =
    database.kind === 'postgres' ? 'pg_postmaster_start_time()' : `'-infinity'::timestamptz`;
  return {
    /**
     * Claims due messages for `leaseMs`: of each enabled channel at most `limit`, less what `limits` says of some; of each thread only
     * the first one that waits. `takeOver: false` leaves claims alone that ran out. So does a server that started less than `graceMs`
     * ago: the owners of these claims record first what they sent.
     */
    async claim(options: {
      token: string;
      leaseMs: number;
      limit: number;
      limits: ReadonlyMap<number, number>;
      takeOver: boolean;
      graceMs: number;
    }): Promise<ClaimedMessage[]> {
      const rows = await database.query<ClaimedRow>(
        `WITH open AS (
           SELECT channel.id, greatest(0, coalesce(other.free, $3::int)) AS free
           FROM channel LEFT JOIN unnest($4::int[], $5::int[]) AS other (channel_id, free) ON other.channel_id = channel.id
           WHERE disabled_at IS NULL AND (blocked_until IS NULL OR blocked_until <= now())
         ), chosen AS (
           SELECT next.id FROM open, LATERAL (
             SELECT id FROM message WHERE channel_id = open.id AND state = 'waiting' AND due_at <= now()
               AND (claimed_until IS NULL OR $6 AND claimed_until <= now() AND ${serverStartedAt} <= now() - $7 * interval '1 millisecond')
               AND ${isFirstOfThread}
             ORDER BY due_at, id LIMIT open.free FOR NO KEY UPDATE SKIP LOCKED
           ) AS next
         )
         UPDATE message SET claimed_by = $1::uuid, claimed_until = now() + $2 * interval '1 millisecond',
           attempts = attempts + 1, attempted_at = now()
         FROM chosen WHERE message.id = chosen.id
         RETURNING message.*,
           -- Not joined: that would read the whole table.
           (SELECT kind FROM notice WHERE notice.id = notice_id) AS notice_kind,
           (SELECT notice.details FROM notice WHERE notice.id = notice_id) AS notice_details`,
        [
          options.token,
          options.leaseMs,
          options.limit,
          [...options.limits.keys()],
          [...options.limits.values()],
          options.takeOver,
          options.graceMs,
        ],
      );
      return rows.map((row) => toClaimed(row, options.token));
    },

    /** Stores what all attempts of the message send, and the outcome that it announces. False when the claim is over. */
    async storeContent({ id, token }: ClaimedMessage, content: object, outcome: string): Promise<boolean> {
      const rows = await database.query(
        `UPDATE message SET content = $3::jsonb, outcome = $4
         WHERE id = $1 AND claimed_by = $2::uuid AND state = 'waiting' AND claimed_until > now() RETURNING id`,
        [id, token, storableJson(content), outcome],
      );
      return rows.length > 0;
    },

    /** What the channel answered to the message of the thread that this one changes or answers; `undefined` when none was sent. */
    async remoteOf({ channelId, recipient, thread, purpose }: ClaimedMessage): Promise<unknown> {
      const purposes = purpose === 'edit' || purpose === 'reply' ? ['post', 'edit'] : [purpose];
      const [row] = await database.query<{ remote: unknown }>(
        `SELECT remote FROM message WHERE channel_id = $1 AND thread = $2 AND recipient IS NOT DISTINCT FROM $3::text
           AND purpose = ANY ($4::text[]) AND state = 'sent' AND remote IS NOT NULL ORDER BY id DESC LIMIT 1`,
        [channelId, thread ?? null, recipient ?? null, purposes],
      );
      return row?.remote;
    },

    /** Whether the subscription of a personal message still exists, or another rule names its recipient. */
    async hasSubscriber({ id }: ClaimedMessage): Promise<boolean> {
      const rows = await database.query(
        `SELECT FROM message JOIN message_rule AS rule ON rule.channel_id = message.channel_id
         WHERE message.id = $1 AND (rule.id = message.rule_id
           OR EXISTS (SELECT FROM unnest(rule.recipients) AS other WHERE lower(other) = lower(message.recipient)))
         LIMIT 1`,
        [id],
      );
      return rows.length > 0;
    },

    /**
     * Records that the channel has the message, also when it was given up or dropped after the claim had run out. It may be repeated when
     * it is unknown whether it took effect. False when another process has claimed the message since.
     */
    async markSent({ id, token }: ClaimedMessage, remote: unknown): Promise<boolean> {
      const rows = await database.query(
        `WITH sent AS (
           UPDATE message SET state = 'sent', remote = $3::jsonb, ended_at = coalesce(ended_at, now()), claimed_until = NULL,
             error_code = NULL, error_message = NULL, error_permanent = false,
             content = jsonb_build_object('headline', content -> 'headline', 'text', content -> 'text')
           WHERE id = $1 AND claimed_by = $2::uuid RETURNING id
         ) SELECT id, pg_notify('${channels.change}', 'messages') FROM sent`,
        [id, token, remote === undefined ? null : storableJson(remote)],
      );
      return rows.length > 0;
    },

    /** Records a failed attempt: the message waits for the next one, or is given up after its time. Nothing when the claim is over. */
    async markFailed({ id, token, channelId }: ClaimedMessage, failure: FailedAttempt): Promise<void> {
      await database.query(
        `WITH blocked AS (
           UPDATE channel SET blocked_until = greatest(blocked_until, now() + $8 * interval '1 millisecond')
           WHERE id = $7 AND $8::float8 > 0
             -- A receiver that a user has replaced since says nothing about the new one.
             AND changed_at <= (SELECT attempted_at FROM message WHERE id = $1)
         ), failed AS (
           UPDATE message SET claimed_by = NULL, claimed_until = NULL,
             error_code = $3, error_message = $4, error_permanent = $5,
             state = CASE WHEN give_up_at <= now() THEN 'given-up' ELSE 'waiting' END,
             ended_at = CASE WHEN give_up_at <= now() THEN now() END,
             -- The last attempt is at the end of its time.
             due_at = least(now() + $6 * interval '1 millisecond', greatest(give_up_at, now()))
           WHERE id = $1 AND claimed_by = $2::uuid AND state = 'waiting' RETURNING id
         ) SELECT pg_notify('${channels.change}', 'messages') FROM failed`,
        [
          id,
          token,
          failure.code,
          storable(failure.message).slice(0, 2_000),
          failure.permanent,
          failure.delayMs,
          channelId,
          failure.blockMs ?? 0,
        ],
      );
    },

    /**
     * Sends the newest message of a thread and purpose once more, as of now: a late request of an earlier attempt may have overwritten
     * what it said.
     */
    async repeatNewest({ channelId, recipient, thread, purpose }: ClaimedMessage): Promise<void> {
      await database.query(
        `UPDATE message SET state = 'waiting', ended_at = NULL, content = NULL, due_at = now(), claimed_by = NULL, claimed_until = NULL,
           give_up_at = now() + interval '1 day'
         WHERE state = 'sent' AND id = (
           SELECT id FROM message WHERE channel_id = $1 AND thread = $2 AND recipient IS NOT DISTINCT FROM $3::text AND purpose = $4
           ORDER BY id DESC LIMIT 1
         )`,
        [channelId, thread ?? null, recipient ?? null, purpose],
      );
    },

    /** Ends a claimed message that has nothing to announce any more. */
    async drop({ id, token }: ClaimedMessage, reason: { code: string; message: string }): Promise<void> {
      await database.query(
        `UPDATE message SET state = 'dropped', ended_at = now(), claimed_until = NULL, error_code = $3, error_message = $4
         WHERE id = $1 AND claimed_by = $2::uuid AND state = 'waiting'`,
        [id, token, reason.code, reason.message],
      );
    },

    /** Ends a claim without an attempt that counts; `begun`: it may have reached the channel. */
    async release({ id, token }: ClaimedMessage, { begun }: { begun: boolean }): Promise<void> {
      await database.query(
        `UPDATE message SET claimed_by = NULL, claimed_until = NULL, attempts = attempts - $3::int
         WHERE id = $1 AND claimed_by = $2::uuid AND state = 'waiting'`,
        [id, token, begun ? 0 : 1],
      );
    },

    /** The channel works again: makes messages due that wait because it did not. */
    async hasten(channelId: number): Promise<void> {
      await database.query(
        `UPDATE message SET due_at = now() WHERE channel_id = $1 AND state = 'waiting' AND due_at > now()
           AND error_code LIKE 'CHANNEL%' AND ${unclaimed}`,
        [channelId],
      );
    },

    /** As `hasten`, for the channels that users have changed since. Returns their ids. */
    async hastenChanged(): Promise<number[]> {
      const rows = await database.query<{ id: number }>(
        `WITH hastened AS (
           UPDATE message SET due_at = now() FROM channel WHERE channel.id = channel_id AND disabled_at IS NULL
             AND attempted_at < changed_at AND state = 'waiting' AND due_at > now() AND error_code LIKE 'CHANNEL%' AND ${unclaimed}
           RETURNING channel_id
         ) SELECT DISTINCT channel_id AS id FROM hastened`,
      );
      return rows.map(({ id }) => id);
    },

    /** Ends the messages whose time is over, and those of removed channels. Returns how many were given up. */
    async sweep(): Promise<number> {
      const rows = await database.query(
        `UPDATE message SET state = 'given-up', ended_at = now(),
           error_code = coalesce(error_code, 'CHANNEL_UNAVAILABLE'),
           error_message = coalesce(error_message, 'The channel was disabled or blocked all the time.')
         WHERE state = 'waiting' AND give_up_at <= now() - interval '1 minute' AND ${unclaimed} RETURNING id`,
      );
      await database.query(
        `UPDATE message SET state = 'dropped', ended_at = now(), error_code = 'CHANNEL_REMOVED',
           error_message = 'The channel was removed.'
         WHERE state = 'waiting' AND NOT EXISTS (SELECT FROM channel WHERE channel.id = channel_id) AND ${unclaimed}`,
      );
      return rows.length;
    },

    /** Milliseconds until the next message is due, or its claim runs out; `undefined` when none waits. */
    async nextDueMs(): Promise<number | undefined> {
      const [row] = await database.query<{ ms: number | null }>(
        `SELECT (extract(epoch FROM min(greatest(due_at, claimed_until, blocked_until)) - now()) * 1000)::float8 AS ms
         FROM channel, LATERAL (
           SELECT due_at, claimed_until FROM message WHERE channel_id = channel.id AND state = 'waiting' ORDER BY due_at, id LIMIT 1
         ) AS next WHERE disabled_at IS NULL`,
      );
      return row?.ms === null || row?.ms === undefined ? undefined : Math.max(0, row.ms);
    },
  };
}

interface ClaimedRow {
  id: number;
  key: string;
  notice_id: number | null;
  notice_kind: Notice['kind'] | null;
  notice_details: unknown;
  channel_id: number;
  rule_id: number | null;
  rule_name: string | null;
  recipient: string | null;
  purpose: MessagePurpose;
  outcome: string | null;
  thread: string | null;
  submission_id: number | null;
  run_id: number | null;
  alert_id: number | null;
  attempts: number;
  content: unknown;
  created_at: Date;
}

const toClaimed = (row: ClaimedRow, token: string): ClaimedMessage => ({
  id: row.id,
  key: row.key,
  token,
  notice: row.notice_kind
    ? {
        kind: row.notice_kind,
        submissionId: row.submission_id ?? undefined,
        runId: row.run_id ?? undefined,
        alertId: row.alert_id ?? undefined,
        details: row.notice_details ?? undefined,
      }
    : undefined,
  channelId: row.channel_id,
  recipient: row.recipient ?? undefined,
  isPersonal: row.recipient !== null && row.rule_id !== null && row.rule_name === null,
  purpose: row.purpose,
  outcome: row.outcome ?? undefined,
  thread: row.thread ?? undefined,
  attempts: row.attempts,
  content: row.content ?? undefined,
  createdAt: row.created_at,
});
