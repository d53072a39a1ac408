import type { MessagePurpose, MessageState, Notice, NotSent, PlannedMessage } from '../../model/message.ts';
import { type Database, notifyChange, notifyMessages, type Queryable } from '../database/database.ts';
import { markPlanned } from './notices.ts';
import { unclaimed } from './outbox.ts';

/** An earlier message of the thread, channel and recipient of a planned one. */
export interface ThreadMessage {
  id: number;
  purpose: MessagePurpose;
  outcome: string | undefined;
  /** Of its notice. */
  runId: number | undefined;
  submissionId: number | undefined;
  state: MessageState;
  attempts: number;
  /** A process sends it now. */
  claimed: boolean;
}

/** Where a planned message is placed in its thread. */
export type Placement =
  | { kind: 'insert'; purpose: MessagePurpose }
  /** A waiting message announces the new notice instead of its own. */
  | { kind: 'renew'; messageId: number }
  | { kind: 'none'; reason: string };

/**
 * Decides about a planned message; `thread` are messages before it, the newest first: the last one of each purpose, and the last post that
 * is sent or will be.
 */
export type Placer = (planned: PlannedMessage, thread: readonly ThreadMessage[]) => Placement;

/** What planners write. */
export type MessagePlans = ReturnType<typeof createMessagePlans>;

export function createMessagePlans({ database }: { database: Database }) {
  return {
    /**
     * Stores what was planned for a notice, in one transaction: each message where `place` puts it. Returns what was placed; `undefined`
     * when another process was faster.
     */
    store: (
      notice: Notice,
      plan: { messages: readonly PlannedMessage[]; notSent: readonly NotSent[] },
      place: Placer,
    ): Promise<Placement[] | undefined> =>
      database.transaction(async (transaction) => {
        if (!(await markPlanned(transaction, notice.id, plan.notSent))) return undefined;
        const placements: Placement[] = [];
        for (const planned of inLockOrder(plan.messages)) {
          const placement = place(planned, await lockThread(transaction, planned));
          await apply(transaction, notice, planned, placement);
          placements.push(placement);
        }
        if (placements.some(({ kind }) => kind !== 'none')) {
          await notifyMessages(transaction);
          await notifyChange(transaction, 'messages');
        }
        return placements;
      }),

    /** Marks notices as planned that need no message, because a later one of the same submission says more. */
    async skip(noticeIds: readonly number[]): Promise<void> {
      await database.query(
        'UPDATE notice SET planned_at = now() WHERE id = ANY ($1::bigint[]) AND planned_at IS NULL',
        [noticeIds],
      );
    },

    /** The channels and recipients that have a post about a submission or an alert, which is sent or will be. */
    async posts({
      submissionId,
      alertId,
    }: Pick<Notice, 'submissionId' | 'alertId'>): Promise<{ channelId: number; recipient: string | null }[]> {
      const rows = await database.query<{ channel_id: number; recipient: string | null }>(
        `SELECT DISTINCT channel_id, recipient FROM message
         WHERE (submission_id = $1 OR alert_id = $2) AND purpose = 'post' AND state IN ('waiting', 'sent')
         ORDER BY channel_id, recipient`,
        [submissionId ?? null, alertId ?? null],
      );
      return rows.map(({ channel_id, recipient }) => ({ channelId: channel_id, recipient }));
    },

    /** Whether a submission has messages, in any state. */
    async hasMessages(submissionId: number): Promise<boolean> {
      const rows = await database.query('SELECT FROM message WHERE submission_id = $1 LIMIT 1', [
        submissionId,
      ]);
      return rows.length > 0;
    },
  };
}

/** Each message once, in an order in which no two planners wait for each other. */
function inLockOrder(messages: readonly PlannedMessage[]): PlannedMessage[] {
  const byKey = new Map<string, PlannedMessage>();
  for (const each of messages) {
    const key = JSON.stringify([each.channelId, each.recipient ?? '', each.purpose]);
    if (!byKey.has(key)) byKey.set(key, each);
  }
  const order = ({ purpose }: PlannedMessage) => (purpose === 'post' ? 0 : 1);
  return [...byKey.values()].sort(
    (one, other) =>
      one.channelId - other.channelId ||
      (one.recipient ?? '').localeCompare(other.recipient ?? '') ||
      order(one) - order(other),
  );
}

/**
 * The messages of the thread of a planned one that `Placer` names, locked against a claim. Not the newest ones of any purpose: a submission
 * that runs for an hour has hundreds of edits after its post.
 */
async function lockThread(
  transaction: Queryable,
  { channelId, recipient, thread }: PlannedMessage,
): Promise<ThreadMessage[]> {
  if (thread === null) return [];
  const rows = await transaction.query<{
    id: number;
    purpose: MessagePurpose;
    outcome: string | null;
    run_id: number | null;
    submission_id: number | null;
    state: MessageState;
    attempts: number;
    claimed: boolean;
  }>(
    `SELECT id, purpose, outcome, run_id, submission_id, state, attempts, NOT ${unclaimed} AS claimed FROM message
     WHERE id IN (
       SELECT unnest(ARRAY[max(id), max(id) FILTER (WHERE purpose = 'post' AND state IN ('waiting', 'sent'))]) FROM message
       WHERE channel_id = $1 AND thread = $2 AND recipient IS NOT DISTINCT FROM $3::text GROUP BY purpose
     )
     ORDER BY id DESC FOR NO KEY UPDATE`,
    [channelId, thread, recipient],
  );
  return rows.map(({ outcome, run_id, submission_id, ...row }) => ({
    ...row,
    outcome: outcome ?? undefined,
    runId: run_id ?? undefined,
    submissionId: submission_id ?? undefined,
  }));
}

async function apply(
  transaction: Queryable,
  notice: Notice,
  planned: PlannedMessage,
  placement: Placement,
): Promise<void> {
  if (placement.kind === 'renew') {
    // The next attempt sends newer content under the same key: either nothing was sent, or what was sent is replaced by it.
    await transaction.query(
      `UPDATE message SET notice_id = $2, rule_id = $3, rule_name = $4, reason = $5, outcome = $6, submission_id = $7, run_id = $8,
         content = NULL, claimed_by = NULL, claimed_until = NULL,
         due_at = CASE WHEN attempts > 0 THEN due_at ELSE least(due_at, $9::timestamptz) END,
         give_up_at = greatest(give_up_at, greatest(now(), $9::timestamptz) + interval '1 day')
       WHERE id = $1`,
      [
        placement.messageId,
        notice.id,
        planned.ruleId,
        planned.rule,
        planned.reason,
        planned.outcome,
        notice.submissionId ?? null,
        notice.runId ?? null,
        planned.dueAt,
      ],
    );
  } else if (placement.kind === 'insert') {
    await transaction.query(
      `INSERT INTO message (notice_id, channel_id, channel_name, rule_id, rule_name, reason, recipient, purpose, outcome, thread,
         submission_id, run_id, alert_id, due_at, give_up_at)
       SELECT $1, channel.id, channel.name, $3::int, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::timestamptz, greatest(now(), $13::timestamptz) + interval '1 day'
       FROM channel WHERE channel.id = $2
       ON CONFLICT DO NOTHING`,
      [
        notice.id,
        planned.channelId,
        planned.ruleId,
        planned.rule,
        planned.reason,
        planned.recipient,
        placement.purpose,
        planned.outcome,
        planned.thread,
        notice.submissionId ?? null,
        notice.runId ?? null,
        notice.alertId ?? null,
        planned.dueAt,
      ],
    );
  }
}
