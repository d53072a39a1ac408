import type { Alert, AlertKind, AlertMember, AlertObservation, PendingCondition } from '../../model/alert.ts';
import { type Database, notifyChange, type Queryable, storable } from '../database/database.ts';
import { insertNotice } from './notices.ts';

/** The right of a process to watch a scope until its next claim. */
export interface WatchClaim {
  scope: string;
  claim: number;
}

/** What a decision changes, see `decideTransitions`. */
export interface AlertChanges {
  begin: (Words & { subject: string; members: AlertMember[]; startedAt: string })[];
  keep: { id: number; members: AlertMember[]; words: Words | undefined }[];
  end: { id: number; endReason: string }[];
  pending: Record<string, PendingCondition>;
}

type Words = Pick<Alert, 'message' | 'action' | 'page'>;

/** Decides what an observation changes. Called within the transaction that writes it, so it must be fast and pure. */
export type Decide = (
  observation: AlertObservation,
  state: {
    open: { id: number; members: AlertMember[] }[];
    pending: Record<string, PendingCondition>;
    now: string;
  },
) => AlertChanges;

/** Alerts that began and ended, in words for the log. */
export interface RecordedAlerts {
  began: { id: number; kind: AlertKind; subject: string; message: string }[];
  ended: { id: number; kind: AlertKind; subject: string }[];
}

/** The scope that every long-lived process watches. */
export const installationScope = 'installation';

/** Characters of a text of an alert. */
const maxText = 2_000;
/** An alert whose source was not watched for this long has ended: its host or its setting is gone. */
const unwatchedAfter = `interval '1 day'`;
/** Ended alerts are kept for a year, for "what was wrong when?". */
const keptFor = `interval '1 year'`;

export type Alerts = ReturnType<typeof createAlerts>;

/** Alerts, and who watches what. Times are those of the clock of the database. */
export function createAlerts({ database }: { database: Database }) {
  return {
    /** The open alerts, the oldest first. */
    open: (): Promise<Alert[]> => select(database, 'ended_at IS NULL ORDER BY started_at, id', []),

    /** The open alerts of a source. */
    openOf: (source: string): Promise<Alert[]> =>
      select(database, 'ended_at IS NULL AND source = $1 ORDER BY id', [source]),

    /** At most `limit` alerts, the newest first; those with a lower id than `before`. */
    list: ({ before, limit }: { before: number | undefined; limit: number }): Promise<Alert[]> =>
      select(database, 'id < coalesce($1, 9223372036854775807) ORDER BY id DESC LIMIT $2', [
        before ?? null,
        limit,
      ]),

    async find(id: number): Promise<Alert | undefined> {
      const [alert] = await select(database, 'id = $1', [id]);
      return alert;
    },

    /** The number of open alerts of each kind that has any. */
    async countOpen(): Promise<Map<AlertKind, number>> {
      const rows = await database.query<{ kind: AlertKind; count: number }>(
        'SELECT kind, count(*) AS count FROM alert WHERE ended_at IS NULL GROUP BY kind',
      );
      return new Map(rows.map(({ kind, count }) => [kind, count]));
    },

    /** Milliseconds since the installation was watched last; `undefined` before the first time. */
    async unwatchedMs(scope: string): Promise<number | undefined> {
      const [row] = await database.query<{ ms: number | null }>(
        `SELECT (extract(epoch FROM now() - watched_at) * 1000)::float8 AS ms FROM alert_watch WHERE scope = $1`,
        [scope],
      );
      return row?.ms ?? undefined;
    },

    /**
     * Claims the first of these scopes that is due; `undefined` when none is. No other process gets it within `leaseMs`, unless this one
     * records its observations earlier. A scope that is new is due after `firstMs`.
     */
    async claim(
      scopes: readonly { scope: string; leaseMs: number; firstMs: number }[],
    ): Promise<WatchClaim | undefined> {
      const names = scopes.map(({ scope }) => scope);
      const [due] = await database.query<{ scope: string; count: number }>(
        `SELECT (SELECT scope FROM alert_watch WHERE scope = ANY ($1) AND due_at <= now() ORDER BY due_at LIMIT 1) AS scope,
           (SELECT count(*) FROM alert_watch WHERE scope = ANY ($1)) AS count`,
        [names],
      );
      if (due === undefined) return undefined;
      if (due.count < scopes.length) {
        await database.query(
          `INSERT INTO alert_watch (scope, due_at)
           SELECT scope, now() + ms * interval '1 millisecond' FROM unnest($1::text[], $2::float8[]) AS new (scope, ms)
           ON CONFLICT (scope) DO NOTHING`,
          [names, scopes.map(({ firstMs }) => firstMs)],
        );
      }
      const chosen = scopes.find(({ scope }) => scope === due.scope);
      if (chosen === undefined) return undefined;
      const [row] = await database.query<WatchClaim>(
        `UPDATE alert_watch SET claim = claim + 1, due_at = now() + $2 * interval '1 millisecond'
         WHERE scope = $1 AND due_at <= now() RETURNING scope, claim`,
        [chosen.scope, chosen.leaseMs],
      );
      return row;
    },

    /** Gives a claim up, so that another process can look at once. */
    async release({ scope, claim }: WatchClaim): Promise<void> {
      await database.query('UPDATE alert_watch SET due_at = now() WHERE scope = $1 AND claim = $2', [
        scope,
        claim,
      ]);
    },

    /**
     * Records what was observed under a claim, with the notices of what began and ended, in one transaction; the scope is due again after
     * `everyMs`. `undefined`, and nothing has changed, when another process has claimed the scope since.
     */
    record: (
      { scope, claim }: WatchClaim,
      observations: readonly AlertObservation[],
      { decide, everyMs }: { decide: Decide; everyMs: number },
    ): Promise<RecordedAlerts | undefined> =>
      database.transaction(async (transaction) => {
        const [watch] = await transaction.query<{
          pending: Record<string, Record<string, PendingCondition>>;
          now: Date;
          gap: boolean | null;
        }>(
          `SELECT pending, now(), watched_at < now() - interval '1 hour' AS gap
           FROM alert_watch WHERE scope = $1 AND claim = $2 FOR UPDATE`,
          [scope, claim],
        );
        if (watch === undefined) return undefined;
        // After an outage of everything, what only other processes see has another day to be seen again.
        if (watch.gap && scope === installationScope) {
          await transaction.query('UPDATE alert SET watched_at = now() WHERE ended_at IS NULL');
        }
        const recorded: RecordedAlerts = { began: [], ended: [] };
        // Of sources that are not watched any more nothing is kept.
        const pending: typeof watch.pending = {};
        for (const observation of observations) {
          const { source } = observation;
          const changes = decide(observation, {
            open: await readOpen(transaction, source),
            pending: Object.hasOwn(watch.pending, source) ? (watch.pending[source] ?? {}) : {},
            now: watch.now.toISOString(),
          });
          await write(transaction, observation, changes, recorded);
          if (Object.keys(changes.pending).length > 0) pending[source] = changes.pending;
        }
        await transaction.query(
          `UPDATE alert_watch SET pending = $2::jsonb, due_at = now() + $3 * interval '1 millisecond', watched_at = now()
           WHERE scope = $1`,
          [scope, JSON.stringify(pending), everyMs],
        );
        await insertNotices(transaction, recorded);
        return recorded;
      }),

    /** Ends alerts whose source nothing watches any more, and removes what ended a year ago and scopes without a watcher. */
    endUnwatched: (): Promise<RecordedAlerts> =>
      database.transaction(async (transaction) => {
        const ended = await transaction.query<RecordedAlerts['ended'][number]>(
          `UPDATE alert SET ended_at = now(), end_reason = 'Nothing has looked at it for a day, so it is not known any more.'
           WHERE ended_at IS NULL AND watched_at < now() - ${unwatchedAfter} RETURNING id, kind, subject`,
        );
        await transaction.query(
          `DELETE FROM alert WHERE id IN (
             SELECT id FROM alert WHERE ended_at < now() - ${keptFor} ORDER BY ended_at LIMIT 1000
           )`,
        );
        await transaction.query(`DELETE FROM alert_watch WHERE due_at < now() - ${unwatchedAfter}`);
        const recorded = { began: [], ended };
        await insertNotices(transaction, recorded);
        return recorded;
      }),
  };
}

async function readOpen(transaction: Queryable, source: string) {
  return transaction.query<{ id: number; members: AlertMember[] }>(
    'SELECT id, members FROM alert WHERE source = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE',
    [source],
  );
}

const short = (text: string) => storable(text).slice(0, maxText);

async function write(
  transaction: Queryable,
  { kind, source }: Pick<AlertObservation, 'kind' | 'source'>,
  { begin, keep, end }: AlertChanges,
  recorded: RecordedAlerts,
): Promise<void> {
  for (const { subject, message, action, page, members, startedAt } of begin) {
    const [row] = await transaction.query<{ id: number }>(
      `INSERT INTO alert (kind, subject, message, action, page, started_at, last_seen_at, watched_at, source, members)
       VALUES ($1, $2, $3, $4, $5, $6, now(), now(), $7, $8::jsonb)
       ON CONFLICT (kind, subject) WHERE ended_at IS NULL DO NOTHING RETURNING id`,
      [
        kind,
        short(subject),
        short(message),
        short(action),
        short(page),
        startedAt,
        source,
        JSON.stringify(members),
      ],
    );
    if (row) recorded.began.push({ id: row.id, kind, subject, message });
  }
  for (const { id, members, words } of keep) {
    await transaction.query(
      `UPDATE alert SET members = $2::jsonb, watched_at = now(), message = coalesce($3, message), action = coalesce($4, action),
         page = coalesce($5, page), last_seen_at = CASE WHEN $3::text IS NULL THEN last_seen_at ELSE now() END
       WHERE id = $1`,
      [
        id,
        JSON.stringify(members),
        words ? short(words.message) : null,
        words ? short(words.action) : null,
        words ? short(words.page) : null,
      ],
    );
  }
  for (const { id, endReason } of end) {
    const [row] = await transaction.query<{ subject: string }>(
      'UPDATE alert SET ended_at = now(), end_reason = $2, watched_at = now() WHERE id = $1 RETURNING subject',
      [id, short(endReason)],
    );
    if (row) recorded.ended.push({ id, kind, subject: row.subject });
  }
}

/** Writes the notices, and notifies pages. */
async function insertNotices(transaction: Queryable, { began, ended }: RecordedAlerts): Promise<void> {
  for (const { id } of began) await insertNotice(transaction, { kind: 'alert-started', alertId: id });
  for (const { id } of ended) await insertNotice(transaction, { kind: 'alert-ended', alertId: id });
  if (began.length + ended.length > 0) await notifyChange(transaction, 'alerts');
}

interface AlertRow {
  id: number;
  kind: AlertKind;
  subject: string;
  message: string;
  action: string;
  page: string;
  started_at: Date;
  last_seen_at: Date;
  ended_at: Date | null;
  end_reason: string | null;
  members: AlertMember[];
}

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Alert[]> {
  const rows = await database.query<AlertRow>(
    `SELECT id, kind, subject, message, action, page, started_at, last_seen_at, ended_at, end_reason, members
     FROM alert WHERE ${condition}`,
    parameters,
  );
  return rows.map(({ started_at, last_seen_at, ended_at, end_reason, members, ...alert }) => ({
    ...alert,
    startedAt: started_at,
    lastSeenAt: last_seen_at,
    endedAt: ended_at ?? undefined,
    endReason: end_reason ?? undefined,
    keys: members.map(({ key }) => key),
  }));
}
