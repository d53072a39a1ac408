/** One SQL dialect for two drivers: PostgreSQL (`postgres.ts`) and PGlite (`embedded.ts`). */

/**
 * Runs SQL. Parameters are `$1`, `$2`; bigint columns arrive as numbers, timestamps as Date, jsonb parsed. A jsonb
 * parameter is passed as text (`JSON.stringify`), because the drivers disagree about arrays.
 */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs several statements without parameters, for migrations. */
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
   * Calls back for every NOTIFY on the channel (lower case, a plain name), until the returned function is called. Reconnects after a lost
   * connection, and then calls back once with an empty payload, because notifications may have been missed.
   */
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The SQLSTATE of an error of either driver. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The SQLSTATE of a violated unique constraint. */
export const uniqueViolation = '23505';

/** The SQLSTATE of a row that refers to one that does not exist. */
export const foreignKeyViolation = '23503';

/** Text that the database can store: output of tests may contain NUL, which PostgreSQL refuses. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** A value as JSON that can be stored as `jsonb`, which refuses the NUL character and halves of surrogate pairs. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'string' ? storable(part).replace(/\p{Cs}/gu, '\uFFFD') : part,
  );
}

/**
 * Channels of NOTIFY:
 * - `queue`: a run may be ready to claim;
 * - `run` (payload: its id): a run has changed;
 * - `claim` (payload: id of the run): the worker of a running run should check its claim: the run should end, or was requeued;
 * - `probe`: a question of the doctor to every worker, and `answer`: the answer of one, see `store/tables/probes.ts`;
 * - `schedule`: a schedule was changed or fired;
 * - `message` (payload: `notice` or `message`): there is a notice to plan messages for, or a message to send;
 * - `change` (payload: `environment <id>`, `environments`, `workers`, `channels`, `messages`, `alerts` or `reservations`): something else than a run has changed.
 */
export const channels = {
  queue: 'matre_queue',
  run: 'matre_run',
  claim: 'matre_claim',
  probe: 'matre_probe',
  answer: 'matre_probe_answer',
  schedule: 'matre_schedule',
  message: 'matre_message',
  change: 'matre_change',
} as const;

/** Resolves when the database responds. Errors: DATABASE_UNREACHABLE. */
export async function ping(database: Queryable): Promise<void> {
  await database.query('SELECT 1');
}

/** Notifies listeners that a run may be ready to claim. In a transaction, they are notified when it commits. */
export async function notifyQueue(database: Queryable): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.queue, '']);
}

/** As `notifyQueue`, to the worker of a run. */
export async function notifyClaim(database: Queryable, runId: number): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.claim, String(runId)]);
}

/** As `notifyQueue`, to the schedulers. */
export async function notifySchedules(database: Queryable): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.schedule, '']);
}

/** As `notifyQueue`, to the planners and senders of messages. */
export async function notifyMessages(database: Queryable): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.message, 'message']);
}

/**
 * What changed other than a run: an environment with its variables and containers, all environments, the workers, where messages go,
 * messages, alerts that began or ended, or reservations.
 */
export type Change =
  | `environment ${number}`
  | 'environments'
  | 'workers'
  | 'channels'
  | 'messages'
  | 'alerts'
  | 'reservations';

/** As `notifyQueue`, to listeners of other changes. */
export async function notifyChange(database: Queryable, change: Change): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [channels.change, change]);
}

/** As `notifyQueue`, to listeners of these runs. */
export async function notifyRuns(database: Queryable, runIds: readonly number[]): Promise<void> {
  await database.query('SELECT pg_notify($1, id::text) FROM unnest($2::bigint[]) AS id', [
    channels.run,
    runIds,
  ]);
}
