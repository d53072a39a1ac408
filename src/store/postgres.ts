import pg from 'pg';
import { Fault, isFault } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Database, type Queryable, sqlState } from './database.ts';
import { createListener } from './postgres-listener.ts';

/** A statement of ours takes milliseconds; one that takes this long waits for a lock or a dead server. */
const statementTimeoutMs = 30_000;
/** A little longer than the server's own limit, for a server that does not answer at all (host gone, process stopped). */
const queryTimeoutMs = 35_000;
const connectTimeoutMs = 10_000;
/** A client that dies between two statements keeps the row of an environment locked no longer than this. */
const idleInTransactionTimeoutMs = 30_000;
const poolSize = 10;

/** Type parsers of our own connections: int8 as number (ids and fences stay far below 2^53). The driver's defaults stay as they are. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/**
 * Opens a PostgreSQL by its URL and makes sure that it answers. Connections that are lost are made again by themselves.
 *
 * Errors: CONFIG_INVALID when the URL is not one; DATABASE_UNREACHABLE now or on any later call, with the host and never
 * the password.
 */
export async function openPostgres(options: { url: string; log: Logger }): Promise<Database> {
  const { log } = options;
  const place = placeOf(options.url);
  const settings: pg.ClientConfig = {
    connectionString: options.url,
    types,
    application_name: 'matre',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const pool = new pg.Pool({ ...settings, max: poolSize });
  // A connection that breaks while nobody uses it: the pool drops it. Without a listener it would end the process.
  pool.on('error', (error) => log.debug({ reason: error.message }, 'An idle database connection broke.'));

  const unreachable = (error: unknown) =>
    new Fault('DATABASE_UNREACHABLE', `PostgreSQL at ${place} cannot be used: ${describe(error)}.`, {
      cause: error,
    });

  /** Lends a connection to `work`; a broken one is not given back to the pool. */
  async function withConnection<T>(work: (connection: Queryable) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => {
      throw unreachable(error);
    });
    let broken = false;
    const onError = () => {
      broken = true;
    };
    client.on('error', onError);
    const send = async (sql: string, parameters?: unknown[]) => {
      try {
        return await client.query(sql, parameters);
      } catch (error) {
        if (!isConnectionFault(error)) throw error;
        broken = true;
        throw unreachable(error);
      }
    };
    try {
      return await work({
        query: async <Row extends object>(sql: string, parameters: unknown[] = []) =>
          (await send(sql, parameters)).rows as Row[],
        script: async (sql) => {
          await send(sql);
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
          // On a broken connection there is nothing left to roll back: the server does it.
          if (!isFault(error, 'DATABASE_UNREACHABLE'))
            await connection.query('ROLLBACK').catch(() => undefined);
          throw error;
        }
      }),
    listen: (channel, callback) => listener.listen(channel, callback),
    async close() {
      await listener.close();
      await pool.end();
    },
  };
  const listener = createListener({ connect: () => new pg.Client(settings), unreachable, place, log });

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

/** Whether the server or the way to it is the matter, rather than the statement. */
function isConnectionFault(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return serverStates.test(state);
  // Errors of sockets have a code such as ECONNRESET. The driver's own ("Connection terminated unexpectedly",
  // "Query read timeout", "... is not queryable") have none, only a text.
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return /^E[A-Z]+$/.test(code);
  return /connection|terminated|timeout|not queryable/i.test(String(message));
}

/**
 * SQLSTATEs that say so: 08 connection, 28 user or password, 3D000 no such database, 53 out of disk, memory or
 * connections, 57 shutdown, starting up or a statement that took too long, 58 files of the server, 25006 a standby.
 */
const serverStates = /^(08|28|53|57|58)|^(3D000|25006)$/;

/** Node tries several addresses of a host and then says why each failed in `errors`, with an empty message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
