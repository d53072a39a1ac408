import { type Database, notifyChange, type Queryable } from '../database/database.ts';

/** A template that was changed. */
export interface MessageTemplate {
  channelKind: string;
  outcome: string;
  source: string;
  changedBy: string;
  changedAt: Date;
}

export type MessageTemplates = ReturnType<typeof createMessageTemplates>;

/** The templates that differ from the defaults, by kind of channel and outcome. */
export function createMessageTemplates(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** In the order of kinds and outcomes. */
    list: (): Promise<MessageTemplate[]> => select(database, 'true', []),

    async find(channelKind: string, outcome: string): Promise<MessageTemplate | undefined> {
      const [template] = await select(database, 'channel_kind = $1 AND outcome = $2', [channelKind, outcome]);
      return template;
    },

    async set(fields: Omit<MessageTemplate, 'changedAt'>): Promise<void> {
      const { channelKind, outcome, source, changedBy } = fields;
      await database.query(
        `INSERT INTO message_template (channel_kind, outcome, source, changed_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (channel_kind, outcome) DO UPDATE
           SET source = excluded.source, changed_by = excluded.changed_by, changed_at = now()`,
        [channelKind, outcome, source, changedBy],
      );
      await notifyChange(database, 'channels');
    },

    /** Afterwards the default counts again. */
    async reset(channelKind: string, outcome: string): Promise<void> {
      await database.query('DELETE FROM message_template WHERE channel_kind = $1 AND outcome = $2', [
        channelKind,
        outcome,
      ]);
      await notifyChange(database, 'channels');
    },
  };
}

async function select(
  database: Queryable,
  condition: string,
  parameters: unknown[],
): Promise<MessageTemplate[]> {
  const rows = await database.query<Row>(
    `SELECT channel_kind, outcome, source, changed_by, changed_at FROM message_template
     WHERE ${condition} ORDER BY channel_kind, outcome`,
    parameters,
  );
  return rows.map((row) => ({
    channelKind: row.channel_kind,
    outcome: row.outcome,
    source: row.source,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  }));
}

interface Row {
  channel_kind: string;
  outcome: string;
  source: string;
  changed_by: string;
  changed_at: Date;
}
