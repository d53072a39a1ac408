import type { Principal } from '../../model/access.ts';
import { type Queryable, storable } from '../database/database.ts';

/** A change that somebody made, or tried to make. */
export interface AuditEntry {
  id: number;
  at: Date;
  who: string;
  via: string;
  /** From where, as an IP address; `undefined` when it was not asked over a network. */
  address: string | undefined;
  operation: string;
  subject: string;
  /** `done`, or the code of the fault that it ended with; `undefined` while it is under way, or if the process died in it. */
  outcome: string | undefined;
}

export interface NewAuditEntry {
  who: Pick<Principal, 'name' | 'via'>;
  address: string | undefined;
  operation: string;
  subject: string;
}

const subjectLimit = 500;

export type Audit = ReturnType<typeof createAudit>;

/** Who changed what. Entries are only ever added. */
export function createAudit(deps: { database: Queryable }) {
  const { database } = deps;

  async function insert(entry: NewAuditEntry, outcome: string | null): Promise<number> {
    const { who, address, operation, subject } = entry;
    const characters = [...subject];
    const cut =
      characters.length > subjectLimit ? `${characters.slice(0, subjectLimit - 1).join('')}…` : subject;
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO audit (who, via, address, operation, subject, outcome) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [who.name, who.via, address ?? null, operation, storable(cut), outcome],
    );
    return row?.id ?? 0;
  }

  return {
    /** Before the change, so that there is none without an entry. The id is for `end`. */
    begin: (entry: NewAuditEntry): Promise<number> => insert(entry, null),

    async end(id: number, outcome: string): Promise<void> {
      await database.query('UPDATE audit SET outcome = $2 WHERE id = $1', [id, outcome]);
    },

    /** What has an outcome already. */
    async record(entry: NewAuditEntry, outcome: string): Promise<void> {
      await insert(entry, outcome);
    },

    /** The newest first; with `before`, only those with a smaller id. */
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
