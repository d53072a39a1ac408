import { type Database, notifyChange } from '../database/database.ts';

/** The shop of an environment. */
export interface Shop {
  id: number;
  baseUrl: string;
}

/** What a shop answered at its present address. Ages are in milliseconds, by the clock of the database. */
export interface StoredModules {
  environmentId: number;
  /** In the order of the shop; `undefined` when it never listed them. */
  names: string[] | undefined;
  /** Of the list. */
  ageMs: number;
  /** The last refusal of the administrator, if it is newer than the list. */
  refusal: { message: string; ageMs: number } | undefined;
}

export type ShopModulesTable = ReturnType<typeof createShopModulesTable>;

interface Row {
  environment_id: number;
  names: string[] | null;
  age_ms: number | null;
  refusal: string | null;
  refusal_ms: number | null;
}

const age = (column: string) => `(extract(epoch FROM now() - ${column}) * 1000)::bigint`;
const columns = `environment_id, names, ${age('asked_at')} AS age_ms, refusal, ${age('refused_at')} AS refusal_ms`;

/** The enabled modules of shops, one list for each environment. */
export function createShopModulesTable({ database }: { database: Database }) {
  return {
    /** `undefined` when the shop never answered at its present address. */
    async find({ id, baseUrl }: Shop): Promise<StoredModules | undefined> {
      const [row] = await database.query<Row>(
        `SELECT ${columns} FROM shop_modules WHERE environment_id = $1 AND base_url = $2`,
        [id, baseUrl],
      );
      return row && toStored(row);
    },

    /** Those of all environments whose shops listed their modules at their present address. */
    async list(): Promise<StoredModules[]> {
      const rows = await database.query<Row>(
        `SELECT ${columns} FROM shop_modules
         JOIN environment ON environment.id = environment_id AND environment.base_url = shop_modules.base_url
         WHERE names IS NOT NULL AND removed_at IS NULL ORDER BY environment_id`,
      );
      return rows.map(toStored);
    },

    /** Stores the modules that a shop listed just now. */
    async save({ id, baseUrl }: Shop, names: readonly string[]): Promise<void> {
      await database.query(
        `INSERT INTO shop_modules (environment_id, base_url, names, asked_at) VALUES ($1, $2, $3::jsonb, now())
         ON CONFLICT (environment_id) DO UPDATE SET base_url = excluded.base_url, names = excluded.names,
           asked_at = excluded.asked_at, refusal = NULL, refused_at = NULL`,
        [id, baseUrl, JSON.stringify(names)],
      );
      await notifyChange(database, `environment ${id}`);
    },

    /** Stores that a shop refused the administrator just now; the list of the same address stays. */
    async saveRefusal({ id, baseUrl }: Shop, message: string): Promise<void> {
      await database.query(
        `INSERT INTO shop_modules (environment_id, base_url, refusal, refused_at) VALUES ($1, $2, $3, now())
         ON CONFLICT (environment_id) DO UPDATE SET base_url = excluded.base_url, refusal = excluded.refusal,
           refused_at = excluded.refused_at,
           names = CASE WHEN shop_modules.base_url = excluded.base_url THEN shop_modules.names END,
           asked_at = CASE WHEN shop_modules.base_url = excluded.base_url THEN shop_modules.asked_at END`,
        [id, baseUrl, message],
      );
    },

    /** Forgets a refusal, after which the password may be another one. */
    async forgetRefusal(environmentId: number): Promise<void> {
      await database.query(
        'UPDATE shop_modules SET refusal = NULL, refused_at = NULL WHERE environment_id = $1',
        [environmentId],
      );
    },
  };
}

function toStored(row: Row): StoredModules {
  const { refusal, refusal_ms: refusalMs } = row;
  return {
    environmentId: row.environment_id,
    names: row.names ?? undefined,
    ageMs: row.age_ms ?? 0,
    refusal: refusal === null || refusalMs === null ? undefined : { message: refusal, ageMs: refusalMs },
  };
}
