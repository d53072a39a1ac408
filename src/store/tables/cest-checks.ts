import type { CestCheckOutcome, CestDifference } from '../../model/cest-check.ts';
import type { Database } from '../database/database.ts';

/** What a comparison of Cests was made of. */
export interface CestCheckSubject {
  /** A hash of all that it depends on. */
  key: string;
  imageId: string;
  image: string;
  mftfVersion: string;
  /** Of the first test module. */
  commit: string;
}

export type StoredCestCheck = CestCheckSubject & { tests: number; checkedAt: Date } & CestCheckOutcome;

export type CestChecksTable = ReturnType<typeof createCestChecksTable>;

/** Others are removed, the oldest first: they only save a repetition. Differences stay until they are reset. */
const maxRows = 1_000;

interface Row {
  key: string;
  image_id: string;
  image: string;
  mftf_version: string;
  commit_id: string;
  outcome: CestCheckOutcome['outcome'];
  tests: number;
  difference: CestDifference | null;
  reason: string | null;
  checked_at: Date;
}

/** Comparisons of Cests that matre wrote with those of MFTF. */
export function createCestChecksTable({ database }: { database: Database }) {
  return {
    /** Whether the same comparison was made before. */
    async has(key: string): Promise<boolean> {
      return (await database.query('SELECT 1 FROM cest_check WHERE key = $1', [key])).length > 0;
    },

    /** The newest difference of an image; `undefined` without any. */
    async differenceOf(imageId: string): Promise<CestDifference | undefined> {
      const [row] = await database.query<Pick<Row, 'difference'>>(
        `SELECT difference FROM cest_check WHERE image_id = $1 AND outcome = 'different'
         ORDER BY checked_at DESC LIMIT 1`,
        [imageId],
      );
      return row?.difference ?? undefined;
    },

    /** All, the newest first. */
    async list(): Promise<StoredCestCheck[]> {
      const rows = await database.query<Row>('SELECT * FROM cest_check ORDER BY checked_at DESC, key');
      return rows.map(toStored);
    },

    async save(
      { key, imageId, image, mftfVersion, commit }: CestCheckSubject,
      tests: number,
      result: CestCheckOutcome,
    ): Promise<void> {
      const difference = result.outcome === 'different' ? JSON.stringify(result.difference) : null;
      const reason = result.outcome === 'impossible' ? result.reason : null;
      await database.query(
        `INSERT INTO cest_check (key, image_id, image, mftf_version, commit_id, outcome, tests, difference, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
         ON CONFLICT (key) DO UPDATE SET outcome = excluded.outcome, tests = excluded.tests,
           difference = excluded.difference, reason = excluded.reason, checked_at = now()`,
        [key, imageId, image, mftfVersion, commit, result.outcome, tests, difference, reason],
      );
      await database.query(
        `DELETE FROM cest_check WHERE outcome <> 'different' AND key IN
           (SELECT key FROM cest_check ORDER BY checked_at DESC OFFSET $1)`,
        [maxRows],
      );
    },

    /** Removes the comparisons of an image, or all, so that they are made again. Returns how many there were. */
    async reset(imageId: string | undefined): Promise<number> {
      const rows = await database.query(
        'DELETE FROM cest_check WHERE $1::text IS NULL OR image_id = $1 RETURNING key',
        [imageId ?? null],
      );
      return rows.length;
    },
  };
}

function toStored(row: Row): StoredCestCheck {
  const { outcome, difference, reason } = row;
  const result: CestCheckOutcome =
    outcome === 'different' && difference !== null
      ? { outcome, difference }
      : outcome === 'impossible'
        ? { outcome, reason: reason ?? '' }
        : { outcome: 'same' };
  return {
    key: row.key,
    imageId: row.image_id,
    image: row.image,
    mftfVersion: row.mftf_version,
    commit: row.commit_id,
    tests: row.tests,
    checkedAt: row.checked_at,
    ...result,
  };
}
