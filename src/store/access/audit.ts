import { z } from 'zod';
import type { Principal } from '../../model/access.ts';
import { shorten, visible } from '../../model/visible-text.ts';
import type { Queryable } from '../database/database.ts';

/** A change that was made, refused or failed. */
export interface AuditEntry {
  id: number;
  at: Date;
  who: string;
  via: string;
  /** The IP address of the request; `undefined` when it did not come over a network. */
  address: string | undefined;
  operation: string;
  subject: string;
  /** `done` or the code of a fault; `undefined` while the change is under way, or when the process died during it. */
  outcome: string | undefined;
  /** The fields that changed, where the operation reports them. */
  changes: FieldChanges | undefined;
}

/** The values of changed fields as text; null where there was or is none. */
export type FieldChanges = Record<string, { before: string | null; after: string | null }>;

/** Which entries of the audit trail are listed; those that fit all that is set. */
export interface AuditFilter {
  who?: string | undefined;
  operation?: string | undefined;
  /** Part of the subject, in any case. */
  subject?: string | undefined;
  /** `done` or the code of a fault. */
  outcome?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

export interface NewAuditEntry {
  principal: Pick<Principal, 'name' | 'via'>;
  address: string | undefined;
  operation: string;
  subject: string;
}

const storedChanges: z.ZodType<FieldChanges> = z.record(
  z.string(),
  z.object({ before: z.string().nullable(), after: z.string().nullable() }),
);

const maxNameCharacters = 250;
const maxSubjectCharacters = 500;

/**
 * The audit trail: who changed what. Entries are never changed, except that an outcome is added. A name or subject is one line of limited
 * length, so that none can look like another entry where entries are printed.
 */
export function createAudit(deps: { database: Queryable }) {
  const { database } = deps;

  async function insert(entry: NewAuditEntry, outcome: string | null): Promise<number> {
    const { principal, address, operation, subject } = entry;
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO audit (who, via, address, operation, subject, outcome) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [
        shorten(visible(principal.name), maxNameCharacters),
        principal.via,
        address === undefined ? null : shorten(visible(address), maxNameCharacters),
        operation,
        shorten(visible(subject), maxSubjectCharacters),
        outcome,
      ],
    );
    return row?.id ?? 0;
  }

  return {
    /** Adds an entry before the change, so that there is no change without one. Returns its id, for `end`. */
    begin: (entry: NewAuditEntry): Promise<number> => insert(entry, null),

    /** Adds the outcome to an entry, and what changed. */
    async end(id: number, outcome: string, changes?: FieldChanges): Promise<void> {
      await database.query('UPDATE audit SET outcome = $2, changes = $3::jsonb WHERE id = $1', [
        id,
        outcome,
        changes === undefined ? null : JSON.stringify(changes),
      ]);
    },

    /** Adds an entry with its outcome. */
    async record(entry: NewAuditEntry, outcome: string): Promise<void> {
      await insert(entry, outcome);
    },

    /** Entries that fit a filter, the newest first; with `before`, only those with a smaller id. */
    async list(options: { before: number | undefined; limit: number } & AuditFilter): Promise<AuditEntry[]> {
      const { before, limit, who, operation, subject, outcome, since, until } = options;
      const rows = await database.query<
        Omit<AuditEntry, 'address' | 'outcome' | 'changes'> & {
          address: string | null;
          outcome: string | null;
          changes: unknown;
        }
      >(
        `SELECT * FROM audit
         WHERE ($1::bigint IS NULL OR id < $1) AND ($3::text IS NULL OR who = $3) AND ($4::text IS NULL OR operation = $4)
           AND ($5::text IS NULL OR position(lower($5) IN lower(subject)) > 0) AND ($6::text IS NULL OR outcome = $6)
           AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
         ORDER BY id DESC LIMIT $2`,
        [
          before ?? null,
          limit,
          who ?? null,
          operation ?? null,
          subject ?? null,
          outcome ?? null,
          since ?? null,
          until ?? null,
        ],
      );
      return rows.map((row) => ({
        ...row,
        address: row.address ?? undefined,
        outcome: row.outcome ?? undefined,
        changes: row.changes === null ? undefined : storedChanges.parse(row.changes),
      }));
    },
  };
}
