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
}

export interface NewAuditEntry {
  principal: Pick<Principal, 'name' | 'via'>;
  address: string | undefined;
  operation: string;
  subject: string;
}

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

    /** Adds the outcome to an entry. */
    async end(id: number, outcome: string): Promise<void> {
      await database.query('UPDATE audit SET outcome = $2 WHERE id = $1', [id, outcome]);
    },

    /** Adds an entry with its outcome. */
    async record(entry: NewAuditEntry, outcome: string): Promise<void> {
      await insert(entry, outcome);
    },

    /** Entries, the newest first; with `before`, only those with a smaller id. */
    async list({ before, limit }: { before: number | undefined; limit: number }): Promise<AuditEntry[]> {
      const rows = await database.query<
        Omit<AuditEntry, 'address' | 'outcome'> & { address: string | null; outcome: string | null }
      >(`SELECT * FROM audit WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`, [
        before ?? null,
        limit,
      ]);
      return rows.map((row) => ({
        ...row,
        address: row.address ?? undefined,
        outcome: row.outcome ?? undefined,
      }));
    },
  };
}
