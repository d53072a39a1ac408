import type { SecretBox } from '../../crypto/secret-box.ts';
import { Fault } from '../../faults/fault.ts';
import type { Channel, ChannelKindName, ChannelSecrets } from '../../model/channel.ts';
import { nameKey } from '../../model/name-key.ts';
import {
  type Database,
  notifyChange,
  type Queryable,
  sqlState,
  uniqueViolation,
} from '../database/database.ts';

/** The fields of a channel that users set. */
export interface ChannelFields {
  name: string;
  settings: Record<string, unknown>;
  /** Stored encrypted; `undefined` keeps those that are stored. */
  secrets: ChannelSecrets | undefined;
  personal: boolean;
  disabled: Channel['disabled'];
}

export type Channels = ReturnType<typeof createChannels>;

/** Channels. Names are compared by `nameKey`. */
export function createChannels(deps: { database: Database; secrets: SecretBox }) {
  const { database, secrets: box } = deps;
  return {
    /** Errors: CHANNEL_EXISTS. */
    create(fields: ChannelFields & { kind: ChannelKindName; createdBy: string }): Promise<Channel> {
      return write(fields.name, async (transaction) => {
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO channel (name, name_key, kind, settings, personal, disabled_at, disabled_by, created_by, changed_by)
           VALUES ($1, $2, $7, $3::jsonb, $4, $5, $6, $8, $8) RETURNING id`,
          [...values(fields), fields.kind, fields.createdBy],
        );
        const { id } = row as { id: number };
        // The stored form depends on the id.
        await storeSecrets(transaction, id, fields.secrets);
        return readById(transaction, id);
      });
    },

    /** All of them, by name. */
    list: (): Promise<Channel[]> => listChannels(database),

    /** Errors: CHANNEL_UNKNOWN. */
    get: (name: string): Promise<Channel> => readChannel(database, name),

    /** `undefined` when it was removed. */
    async find(id: number): Promise<Channel | undefined> {
      const [channel] = await select(database, 'id = $1', [id]);
      return channel;
    },

    /**
     * Updates a channel to what `change` returns for the current one, and forgets what the receiver said about it. `readSecrets` decrypts
     * its secrets, or throws SECRET_KEY_WRONG. Errors: CHANNEL_UNKNOWN, CHANNEL_EXISTS; those of `change`.
     */
    update(
      name: string,
      by: string,
      change: (current: Channel, readSecrets: () => ChannelSecrets) => ChannelFields,
    ): Promise<Channel> {
      return write(name, async (transaction) => {
        const { id } = await readChannel(transaction, name, 'FOR UPDATE');
        const current = await readById(transaction, id);
        const stored = await readStored(transaction, id);
        const fields = change(current, () => decrypt(id, stored));
        await transaction.query(
          `UPDATE channel SET name = $2, name_key = $3, settings = $4::jsonb, personal = $5, disabled_at = $6, disabled_by = $7,
             problem = NULL, blocked_until = NULL, revision = revision + 1, changed_by = $8, changed_at = now()
           WHERE id = $1`,
          [id, ...values(fields), by],
        );
        await storeSecrets(transaction, id, fields.secrets);
        return readById(transaction, id);
      });
    },

    /** Switches a channel off, or on again and forgets what the receiver said about it. Errors: CHANNEL_UNKNOWN. */
    setDisabled(name: string, disabled: boolean, by: string): Promise<Channel> {
      return write(name, async (transaction) => {
        const { id } = await readChannel(transaction, name, 'FOR UPDATE');
        await transaction.query(
          disabled
            ? `UPDATE channel SET disabled_at = now(), disabled_by = $2, revision = revision + 1, changed_by = $2, changed_at = now()
               WHERE id = $1 AND disabled_at IS NULL`
            : `UPDATE channel SET disabled_at = NULL, disabled_by = NULL, problem = NULL, blocked_until = NULL,
                 revision = revision + 1, changed_by = $2, changed_at = now()
               WHERE id = $1 AND disabled_at IS NOT NULL`,
          [id, by],
        );
        return readById(transaction, id);
      });
    },

    /** Removes a channel, its rules and subscriptions. Errors: CHANNEL_UNKNOWN. */
    remove(name: string): Promise<Channel> {
      return write(name, async (transaction) => {
        const channel = await readChannel(transaction, name, 'FOR UPDATE');
        await transaction.query('DELETE FROM channel WHERE id = $1', [channel.id]);
        return channel;
      });
    },

    /** The decrypted secrets, only for sending. Errors: SECRET_KEY_WRONG. */
    readSecrets: async (id: number): Promise<ChannelSecrets> => decrypt(id, await readStored(database, id)),

    /** Nothing is sent through the channel before `until`; an earlier time than the current one changes nothing. */
    async block(id: number, until: Date): Promise<void> {
      await database.query(
        'UPDATE channel SET blocked_until = $2 WHERE id = $1 AND (blocked_until IS NULL OR blocked_until < $2)',
        [id, until],
      );
    },

    /**
     * Records why the receiver refuses messages for good, `undefined` when it accepts them, and switches the channel off when it said that
     * it is gone. Of an older revision than the current one nothing is recorded.
     */
    async setProblem(
      { id, revision }: Pick<Channel, 'id' | 'revision'>,
      problem: string | undefined,
      { gone = false }: { gone?: boolean } = {},
    ): Promise<void> {
      const rows = await database.query(
        `UPDATE channel SET problem = $3,
           disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, now()) ELSE disabled_at END,
           disabled_by = CASE WHEN $4 THEN coalesce(disabled_by, 'matre') ELSE disabled_by END
         WHERE id = $1 AND revision = $2 AND (problem IS DISTINCT FROM $3 OR $4 AND disabled_at IS NULL) RETURNING id`,
        [id, revision, problem ?? null, gone],
      );
      if (rows.length > 0) await notifyChange(database, 'channels');
    },
  };

  /** Runs `work` in a transaction, and notifies listeners. */
  async function write(name: string, work: (transaction: Queryable) => Promise<Channel>): Promise<Channel> {
    try {
      return await database.transaction(async (transaction) => {
        const channel = await work(transaction);
        await notifyChange(transaction, 'channels');
        return channel;
      });
    } catch (error) {
      if (sqlState(error) !== uniqueViolation) throw error;
      throw new Fault('CHANNEL_EXISTS', `Channel ${JSON.stringify(name)} already exists.`, { cause: error });
    }
  }

  async function storeSecrets(
    transaction: Queryable,
    id: number,
    secrets: ChannelSecrets | undefined,
  ): Promise<void> {
    if (secrets === undefined) return;
    const names = Object.keys(secrets).sort();
    const stored = names.length === 0 ? null : box.encrypt(JSON.stringify(secrets), contextOf(id));
    await transaction.query('UPDATE channel SET secrets = $2, secret_names = $3 WHERE id = $1', [
      id,
      stored,
      names,
    ]);
  }

  function decrypt(id: number, stored: string | undefined): ChannelSecrets {
    return stored === undefined ? {} : JSON.parse(box.decrypt(stored, contextOf(id)));
  }
}

/** The encrypted secrets of a channel, if it has any. */
async function readStored(database: Queryable, id: number): Promise<string | undefined> {
  const [row] = await database.query<{ secrets: string | null }>(
    'SELECT secrets FROM channel WHERE id = $1',
    [id],
  );
  return row?.secrets ?? undefined;
}

/** All channels, by name. */
export const listChannels = (database: Queryable): Promise<Channel[]> => select(database, 'true', []);

const contextOf = (id: number) => `channel/${id}/secrets`;

/** Errors: CHANNEL_UNKNOWN. */
async function readChannel(
  database: Queryable,
  name: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<Channel> {
  const [channel] = await select(database, 'name_key = $1', [nameKey(name)], lock);
  if (channel) return channel;
  throw new Fault('CHANNEL_UNKNOWN', `There is no channel ${JSON.stringify(name)}.`);
}

/** Errors: CHANNEL_UNKNOWN when it was removed. */
async function readById(database: Queryable, id: number): Promise<Channel> {
  const [channel] = await select(database, 'id = $1', [id]);
  if (channel) return channel;
  throw new Fault('CHANNEL_UNKNOWN', 'The channel was removed.');
}

function values({ name, settings, personal, disabled }: ChannelFields): unknown[] {
  return [
    name,
    nameKey(name),
    JSON.stringify(settings),
    personal,
    disabled?.since ?? null,
    disabled?.by ?? null,
  ];
}

async function select(
  database: Queryable,
  condition: string,
  parameters: unknown[],
  lock: '' | 'FOR UPDATE' = '',
): Promise<Channel[]> {
  const rows = await database.query<Row>(
    `SELECT id, name, kind, settings, secret_names, personal, disabled_at, disabled_by, blocked_until, problem, revision,
       created_by, created_at, changed_by, changed_at
     FROM channel WHERE ${condition} ORDER BY name_key ${lock}`,
    parameters,
  );
  return rows.map(toChannel);
}

interface Row {
  id: number;
  name: string;
  kind: ChannelKindName;
  settings: Record<string, unknown>;
  secret_names: string[];
  personal: boolean;
  disabled_at: Date | null;
  disabled_by: string | null;
  blocked_until: Date | null;
  problem: string | null;
  revision: number;
  created_by: string;
  created_at: Date;
  changed_by: string;
  changed_at: Date;
}

function toChannel(row: Row): Channel {
  const { id, name, kind, settings, personal, revision, disabled_at: since, disabled_by: by } = row;
  return {
    id,
    name,
    kind,
    settings,
    secretNames: row.secret_names,
    personal,
    disabled: since !== null && by !== null ? { since, by } : undefined,
    blockedUntil: row.blocked_until ?? undefined,
    problem: row.problem ?? undefined,
    revision,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}
