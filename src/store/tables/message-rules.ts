import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { type MessageRule, occasions } from '../../model/message-rule.ts';
import { nameKey } from '../../model/name-key.ts';
import {
  type Database,
  foreignKeyViolation,
  notifyChange,
  type Queryable,
  sqlState,
  uniqueViolation,
} from '../database/database.ts';

/** The fields of a rule that users set. */
export type MessageRuleFields = Pick<
  MessageRule,
  'recipients' | 'conditions' | 'occasions' | 'quietHours' | 'digest' | 'digestAt' | 'disabled'
> & { channelId: number };

/** Those of a subscription. */
export type SubscriptionFields = MessageRuleFields & { ownOnly: boolean };

export type MessageRules = ReturnType<typeof createMessageRules>;

/** Rules by their name, compared by `nameKey`, and subscriptions by their owner and channel. */
export function createMessageRules(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** Errors: RULE_EXISTS; CHANNEL_UNKNOWN when it was removed meanwhile. */
    create({ name, createdBy, ...fields }: MessageRuleFields & { name: string; createdBy: string }) {
      return write(name, async (transaction) => {
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO message_rule (channel_id, recipients, conditions, occasions, quiet_hours, digest, digest_at,
             disabled_at, disabled_by, name, name_key, created_by, changed_by)
           VALUES ($1, $2, $3::jsonb, $4, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11, $12, $12) RETURNING id`,
          [...values(fields), name, nameKey(name), createdBy],
        );
        return readById(transaction, (row as { id: number }).id);
      });
    },

    /** The rules, and with `subscriptions` those of users, too; by name, subscriptions last. */
    list: ({ subscriptions }: { subscriptions: boolean }): Promise<MessageRule[]> =>
      select(database, subscriptions ? 'true' : 'owner_user_id IS NULL', []),

    /** Errors: RULE_UNKNOWN. */
    get: (name: string): Promise<MessageRule> => readRule(database, name),

    /** Updates a rule to what `change` returns for the current one. Errors: RULE_UNKNOWN, RULE_EXISTS; those of `change`. */
    update(
      name: string,
      by: string,
      change: (current: MessageRule) => MessageRuleFields & { name: string },
    ): Promise<MessageRule> {
      return write(name, async (transaction) => {
        const { id } = await readRule(transaction, name);
        await transaction.query('SELECT FROM message_rule WHERE id = $1 FOR UPDATE', [id]);
        const fields = change(await readById(transaction, id));
        await transaction.query(
          `UPDATE message_rule SET channel_id = $1, recipients = $2, conditions = $3::jsonb, occasions = $4, quiet_hours = $5::jsonb,
             digest = $6::jsonb, digest_at = $7, disabled_at = $8, disabled_by = $9, name = $10, name_key = $11,
             changed_by = $12, changed_at = now()
           WHERE id = $13`,
          [...values(fields), fields.name, nameKey(fields.name), by, id],
        );
        return readById(transaction, id);
      });
    },

    /** Errors: RULE_UNKNOWN. */
    remove(name: string): Promise<MessageRule> {
      return write(name, async (transaction) => {
        const rule = await readRule(transaction, name);
        await transaction.query('DELETE FROM message_rule WHERE id = $1', [rule.id]);
        return rule;
      });
    },

    /** The subscriptions of a user, by the name of their channel. */
    subscriptionsOf: (userId: number): Promise<MessageRule[]> =>
      select(database, 'owner_user_id = $1', [userId]),

    /** Adds or replaces the subscription of a user to a channel. */
    subscribe(userId: number, by: string, fields: SubscriptionFields): Promise<MessageRule> {
      return write('', async (transaction) => {
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO message_rule (channel_id, recipients, conditions, occasions, quiet_hours, digest, digest_at,
             disabled_at, disabled_by, own_only, owner_user_id, created_by, changed_by)
           VALUES ($1, $2, $3::jsonb, $4, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11, $12, $12)
           ON CONFLICT (owner_user_id, channel_id) WHERE owner_user_id IS NOT NULL DO UPDATE
             SET recipients = excluded.recipients, conditions = excluded.conditions, occasions = excluded.occasions,
               quiet_hours = excluded.quiet_hours, digest = excluded.digest, digest_at = excluded.digest_at,
               disabled_at = excluded.disabled_at, disabled_by = excluded.disabled_by, own_only = excluded.own_only,
               changed_by = excluded.changed_by, changed_at = now()
           RETURNING id`,
          [...values(fields), fields.ownOnly, userId, by],
        );
        return readById(transaction, (row as { id: number }).id);
      });
    },

    /** Errors: SUBSCRIPTION_UNKNOWN. */
    unsubscribe(userId: number, channel: { id: number; name: string }): Promise<MessageRule> {
      return write('', async (transaction) => {
        const [rule] = await select(transaction, 'owner_user_id = $1 AND channel_id = $2', [
          userId,
          channel.id,
        ]);
        if (!rule) {
          throw new Fault(
            'SUBSCRIPTION_UNKNOWN',
            `You have no subscription to channel ${JSON.stringify(channel.name)}.`,
          );
        }
        await transaction.query('DELETE FROM message_rule WHERE id = $1', [rule.id]);
        return rule;
      });
    },

    /** The rules and subscriptions whose digest is due; none of those that are switched off. */
    dueDigests: (now: Date): Promise<MessageRule[]> =>
      select(database, 'digest_at <= $1 AND message_rule.disabled_at IS NULL', [now]),
  };

  /** Runs `work` in a transaction, and notifies listeners. */
  async function write(
    name: string,
    work: (transaction: Queryable) => Promise<MessageRule>,
  ): Promise<MessageRule> {
    try {
      return await database.transaction(async (transaction) => {
        const rule = await work(transaction);
        await notifyChange(transaction, 'channels');
        return rule;
      });
    } catch (error) {
      if (sqlState(error) === foreignKeyViolation) {
        throw new Fault('CHANNEL_UNKNOWN', 'The channel or the user was removed.', { cause: error });
      }
      if (sqlState(error) !== uniqueViolation) throw error;
      throw new Fault('RULE_EXISTS', `Rule ${JSON.stringify(name)} already exists.`, { cause: error });
    }
  }
}

/**
 * Moves the time of a digest on. False when another process did, or a user changed the rule: then the caller adds no notice.
 */
export async function moveDigest(
  transaction: Queryable,
  ruleId: number,
  from: Date,
  to: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    'UPDATE message_rule SET digest_at = $3 WHERE id = $1 AND digest_at = $2 AND disabled_at IS NULL RETURNING id',
    [ruleId, from, to],
  );
  return rows.length > 0;
}

/** Errors: RULE_UNKNOWN. */
async function readRule(database: Queryable, name: string): Promise<MessageRule> {
  const [rule] = await select(database, 'message_rule.name_key = $1', [nameKey(name)]);
  if (rule) return rule;
  throw new Fault('RULE_UNKNOWN', `There is no rule ${JSON.stringify(name)}.`);
}

/** Errors: RULE_UNKNOWN when it was removed. */
async function readById(database: Queryable, id: number): Promise<MessageRule> {
  const [rule] = await select(database, 'message_rule.id = $1', [id]);
  if (rule) return rule;
  throw new Fault('RULE_UNKNOWN', 'The rule was removed.');
}

function values(fields: MessageRuleFields): unknown[] {
  const { channelId, recipients, conditions, quietHours, digest, digestAt, disabled } = fields;
  return [
    channelId,
    recipients,
    JSON.stringify(conditions),
    fields.occasions,
    quietHours ? JSON.stringify(quietHours) : null,
    digest ? JSON.stringify(digest) : null,
    digestAt ?? null,
    disabled?.since ?? null,
    disabled?.by ?? null,
  ];
}

const texts = z.array(z.string()).default([]);
const storedConditions = z.object({
  environments: texts,
  schedules: texts,
  saved: texts,
  branches: texts,
  requesters: texts,
  alerts: texts,
});
const storedQuietHours = z.object({ from: z.string(), until: z.string(), zone: z.string() });
const storedDigest = z.object({
  period: z.enum(['daily', 'weekly']),
  at: z.string(),
  zone: z.string(),
  weekday: z.number(),
});
/** A newer process may have added some. */
const storedOccasions = z
  .array(z.string())
  .transform((names) => occasions.filter((name) => names.includes(name)));

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<MessageRule[]> {
  const rows = await database.query<Row>(
    `SELECT message_rule.*, channel.name AS channel_name, account.name AS owner_name
     FROM message_rule JOIN channel ON channel.id = channel_id LEFT JOIN account ON account.id = owner_user_id
     WHERE ${condition} ORDER BY message_rule.name_key NULLS LAST, channel.name_key, message_rule.id`,
    parameters,
  );
  return rows.map(toRule);
}

interface Row {
  id: number;
  name: string | null;
  channel_id: number;
  channel_name: string;
  recipients: string[];
  conditions: unknown;
  occasions: string[];
  quiet_hours: unknown;
  digest: unknown;
  digest_at: Date | null;
  owner_user_id: number | null;
  owner_name: string | null;
  own_only: boolean;
  disabled_at: Date | null;
  disabled_by: string | null;
  created_by: string;
  created_at: Date;
  changed_by: string;
  changed_at: Date;
}

function toRule(row: Row): MessageRule {
  const { disabled_at: since, disabled_by: by, owner_user_id: ownerId, owner_name: ownerName } = row;
  return {
    id: row.id,
    name: row.name ?? undefined,
    channel: { id: row.channel_id, name: row.channel_name },
    recipients: row.recipients,
    conditions: storedConditions.parse(row.conditions),
    occasions: storedOccasions.parse(row.occasions),
    quietHours: row.quiet_hours === null ? undefined : storedQuietHours.parse(row.quiet_hours),
    digest: row.digest === null ? undefined : storedDigest.parse(row.digest),
    digestAt: row.digest_at ?? undefined,
    owner:
      ownerId !== null && ownerName !== null
        ? { id: ownerId, name: ownerName, ownOnly: row.own_only }
        : undefined,
    disabled: since !== null && by !== null ? { since, by } : undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}
