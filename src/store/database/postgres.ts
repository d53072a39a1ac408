import pg from 'pg';
import { asDiskFull, Fault, isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { type Database, type Queryable, sqlState } from './database.ts';
import { setKnows } from './knows.ts';
import { createListener } from './postgres-listener.ts';
import { createSockets } from './postgres-sockets.ts';

/** Our statements take milliseconds; one that takes this long waits for a lock or a dead server. */
const defaultTimeoutMs = 6_000;
/** For migrations, and for waiting for the migration of another process. */
const scriptTimeoutMs = 600_000;
const poolSize = 10;

/** Type parsers of our connections only: int8 as number (ids and fences stay far below 2^53). */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export interface PostgresOptions {
  url: string;
  log: Logger;
  /**
   * How long a statement may take; six seconds by default. Much less than a lease: a worker with half-open connections must notice that
   * and reconnect while its lease is valid.
   */
  timeoutMs?: number;
}

/**
 * Opens a PostgreSQL by its URL and checks that it responds. Lost connections are replaced. A statement without a response is the only
 * sign of a half-open connection, and then the others are probably half open too: all are replaced.
 *
 * Errors: CONFIG_INVALID when the URL is malformed; DATABASE_UNREACHABLE and DISK_FULL now or on any later call. Messages name the host and never the
 * password.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { log, timeoutMs = defaultTimeoutMs } = options;
  // Longer than the limit of the server, so that a waiting statement is not mistaken for a dead connection.
  const responseTimeoutMs = timeoutMs * 1.25;
  const place = placeOf(options.url);
  const settings: pg.ClientConfig = {
    connectionString: options.url,
    types,
    application_name: 'matre',
    connectionTimeoutMillis: responseTimeoutMs,
    query_timeout: responseTimeoutMs,
    statement_timeout: timeoutMs,
    // Limits how long a client that dies between two statements keeps its rows locked.
    idle_in_transaction_session_timeout: timeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  let connections = openPool();
  let closed = false;
  /**
   * Statements are prepared once on each connection: planning one takes up to five times as long as executing it. There are a few dozen,
   * and none contains values.
   */
  const names = new Map<string, string>();

  function nameOf(sql: string): string {
    const name = names.get(sql) ?? `matre_${names.size}`;
    names.set(sql, name);
    return name;
  }

  function openPool() {
    const sockets = createSockets();
    const onConnect = async (client: pg.ClientBase) => {
      await client.query(setKnows);
    };
    const pool = new pg.Pool({ ...settings, max: poolSize, stream: sockets.create, onConnect });
    // The pool drops an idle connection that breaks. Without a listener the error would end the process.
    pool.on('error', (error) => log.debug({ reason: error.message }, 'An idle database connection broke'));
    // Between the moment when a new connection is ready and that when it is lent, the pool does not listen: the server may end
    // it just then, in the same packet. The first statement on it fails, which drops it.
    pool.on('connect', (client) => client.on('error', () => undefined));
    return { pool, sockets };
  }

  /** Closes connections when they are idle, at the latest when every statement on them has timed out. */
  async function retire({ pool, sockets }: typeof connections): Promise<void> {
    pool.end().catch(() => undefined);
    await sockets.close(responseTimeoutMs);
  }

  const unreachable = (error: unknown) =>
    new Fault('DATABASE_UNREACHABLE', `PostgreSQL at ${place} cannot be used: ${describe(error)}.`, {
      cause: error,
    });

  /** Lends a connection to `work`; a broken one does not return to the pool. */
  async function withConnection<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    const current = connections;
    const client = await current.pool.connect().catch((error: unknown) => {
      throw unreachable(error);
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    const send = async (query: pg.QueryConfig & { query_timeout?: number }) => {
      try {
        return await client.query(query);
      } catch (error) {
        const named = asDiskFull(error);
        if (named instanceof Fault)
          throw new Fault('DISK_FULL', `PostgreSQL at ${place} has no room left: ${describe(error)}.`, {
            cause: error,
          });
        if (!isConnectionFault(error)) throw error;
        broken = true;
        if (isTimeout(error) && current === connections && !closed) {
          log.warn(
            { server: place, responseTimeoutMs },
            'PostgreSQL did not respond in time; all connections are replaced',
          );
          connections = openPool();
          void retire(current);
        }
        throw unreachable(error);
      }
    };
    try {
      return await work({
        query: async <Row extends object>(sql: string, parameters: unknown[] = []) =>
          (await send({ name: nameOf(sql), text: sql, values: parameters })).rows as Row[],
        script: async (sql) => {
          await send({ text: sql, query_timeout: scriptTimeoutMs });
        },
      });
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  const database: Database = {
    kind: 'postgres',
    query: (sql, parameters) => withConnection((connection) => connection.query(sql, parameters)),
    script: (sql) => withConnection((connection) => connection.script(sql)),
    transaction: (work) =>
      withConnection(async (connection) => {
        await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        try {
          const value = await work(connection);
          await connection.query('COMMIT');
          return value;
        } catch (error) {
          // On a broken connection the server rolls back.
          if (!isFault(error, 'DATABASE_UNREACHABLE'))
            await connection.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    listen: (channel, callback) => listener.listen(channel, callback),
    async close() {
      closed = true;
      const ended = listener.close();
      await Promise.all([retire(connections), Promise.race([ended, listening.close(responseTimeoutMs)])]);
    },
  };
  const listening = createSockets();
  const listener = createListener({
    connect: () => new pg.Client({ ...settings, stream: listening.create }),
    heartbeatMs: 2 * timeoutMs,
    unreachable,
    place,
    log,
  });

  try {
    await database.query('SELECT 1');
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** `host:port/database` of a URL, for messages. */
function placeOf(url: string): string {
  try {
    const { protocol, host, port, pathname } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new Error('not a postgres:// URL');
    return `${host || 'localhost'}${port ? '' : ':5432'}${pathname}`;
  } catch {
    // The URL itself is not shown: it may hold a password.
    throw new Fault(
      'CONFIG_INVALID',
      'DATABASE_URL is not of the form postgres://user:password@host:5432/database.',
    );
  }
}

/** Whether the server or the network caused an error, rather than the statement. */
function isConnectionFault(error: unknown): boolean {
  const state = sqlState(error);
  // A newer version has changed a table after the statement was prepared; on a new connection it is prepared again.
  if (state === '0A000' && /cached plan/.test(String((error as Error).message))) return true;
  if (state !== undefined) return serverStates.test(state);
  // Errors of sockets have a code such as ECONNRESET. The driver's own ("Connection terminated unexpectedly",
  // "Query read timeout", "... is not queryable") have none, only a text.
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return /^E[A-Z]+$/.test(code);
  return /connection|terminated|timeout|not queryable/i.test(String(message));
}

/** Whether there was no response at all, neither from the server nor from the network. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/**
 * SQLSTATEs of a faulty server or network: 08 connection, 28 user or password, 3D000 no such database, 53 out of memory or
 * connections, 57 shutdown, startup or a statement that took too long, 58 files of the server, 25006 a standby, 25P03 a transaction that
 * was idle too long because this process or the network was stopped.
 */
const serverStates = /^(08|28|53|57|58)|^(3D000|25006|25P03)$/;

/** Node tries several addresses of a host, and then throws an error with an empty message and one of `errors` for each address. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
