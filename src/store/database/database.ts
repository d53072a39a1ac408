/** One SQL dialect over two drivers: PostgreSQL (`postgres.ts`) and PGlite (`embedded.ts`). */

/**
 * Runs SQL. Parameters are `$1`, `$2`; bigint columns arrive as numbers, timestamps as Date, jsonb parsed. A jsonb
 * parameter is passed as text (`JSON.stringify`), because the drivers disagree about arrays.
 */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Several statements, without parameters: for migrations. */
  script(sql: string): Promise<void>;
}

export interface Database extends Queryable {
  readonly kind: 'postgres' | 'embedded';
  /**
   * READ COMMITTED; rolled back when `work` rejects. Inside, use only the transaction that `work` gets: the embedded database
   * has one connection, so a query on the database itself would wait for the end of the transaction it is part of.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /**
   * Calls back for every NOTIFY on the channel (lower case, a plain name). A lost connection is made again by itself; after
   * that `callback` is called once with an empty payload, because notices may have been missed.
   */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The SQLSTATE of an error of either driver. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** SQLSTATE of a row that exists already. */
export const uniqueViolation = '23505';

/** Text as the database can hold it: output of tests may hold NUL, which PostgreSQL refuses. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/**
 * Channels of NOTIFY: `queue` when a run may be there to claim, `run` (payload: its id) when one has changed, `claim`
 * (payload: its id) when the worker of a running one should look at its claim: the run should end, or was taken away. `probe`
 * asks every worker to try a lock that the asker holds, `answer` is what each says (see `store/probes.ts`). `schedule` when one was
 * changed or fired. `change` when something beside the runs has changed (payload: `environment <id>`, `environments` or `workers`).
 */
export const channels = {
  queue: 'matre_queue',
  run: 'matre_run',
  claim: 'matre_claim',
  probe: 'matre_probe',
  answer: 'matre_probe_answer',
  schedule: 'matre_schedule',
  change: 'matre_change',
} as const;

/** Resolves when the database answers. */
export async function ping(database: Queryable): Promise<void> {
  await database.query('SELECT 1');
}

/** Tells listeners when the transaction is committed, and only then. */
export async function notifyQueue(database: Queryable): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.queue, '']);
}

export async function notifyClaim(database: Queryable, runId: number): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.claim, String(runId)]);
}

export async function notifySchedules(database: Queryable): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.schedule, '']);
}

/** What changed beside the runs: an environment with its variables and containers, all of them, or who executes runs. */
export type Change = `environment ${number}` | 'environments' | 'workers';

export async function notifyChange(database: Queryable, change: Change): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.change, change]);
}

export async function notifyRuns(database: Queryable, runIds: readonly number[]): Promise<void> {
  await database.query('SELECT pg_notify($1, id::text) FROM unnest($2::bigint[]) AS id', [
    channels.run,
    runIds,
  ]);
}
