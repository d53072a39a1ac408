/** One SQL dialect over two drivers: PostgreSQL (`postgres.ts`) and PGlite (`embedded.ts`). */

/** Runs SQL. Parameters are `$1`, `$2`; bigint columns arrive as numbers, timestamps as Date, jsonb parsed. */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

export interface Database extends Queryable {
  readonly kind: 'postgres' | 'embedded';
  /** READ COMMITTED; rolled back when `work` rejects. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /**
   * Calls back for every NOTIFY on the channel. A lost connection is made again by itself; after that `callback` is called
   * once with an empty payload, because notices may have been missed.
   */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
