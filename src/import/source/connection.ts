import { Fault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { columnsToRead, isSourceTable, type Source, type SourceRow, type SourceTable } from './source.ts';

/** Where a MariaDB or MySQL server is, and its database. */
export interface ConnectionTarget {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** TLS, with a certificate that is verified. */
  tls: boolean;
}

const connectMs = 10_000;

/**
 * A connection that reads one moment of the database, while php-matre continues. It never writes: an account with SELECT is enough.
 * Errors: IMPORT_SOURCE_UNREACHABLE.
 */
export async function openConnection(target: ConnectionTarget): Promise<Source> {
  const { host, port, user, password, database, tls } = target;
  const description = `The database ${database} at ${host}:${port}`;
  const failed = (error: unknown) =>
    new Fault(
      'IMPORT_SOURCE_UNREACHABLE',
      asSentence(`${description} cannot be read as ${user}: ${reasonOf(error)}`),
      { cause: error },
    );
  // Loaded here, because no other command needs it.
  const { createConnection } = await import('mysql2');
  try {
    const connection = createConnection({
      ...{ host, port, user, password, database },
      ...(tls && { ssl: {} }),
      charset: 'utf8mb4',
      connectTimeout: connectMs,
      // Every value as the text that a dump has, whatever the type of its column.
      typeCast: (field) => field.string('utf8'),
      // No files of this machine, whatever the server asks for.
      flags: ['-LOCAL_FILES'],
    });
    // A failure rejects the query that is under way as well.
    connection.on('error', () => {});
    const promised = connection.promise();
    await promised.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await promised.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    const columns = new Map<SourceTable, string[]>();
    return {
      description,
      columns,
      async *rows() {
        try {
          const [tables] = await promised.query(
            'SELECT table_name AS name, column_name AS col FROM information_schema.columns WHERE table_schema = ? ORDER BY 1',
            [database],
          );
          addColumns(columns, tables as unknown as SourceRow[]);
          for (const [table, own] of columns) {
            const names = own.map((name) => `\`${name}\``).join(', ');
            const order = own.includes('id') ? ' ORDER BY id' : '';
            const stream = connection.query(`SELECT ${names} FROM \`${table}\`${order}`).stream();
            for await (const row of stream) yield { table, row: row as SourceRow };
          }
        } catch (error) {
          throw failed(error);
        }
      },
      close: () => promised.end().catch(() => connection.destroy()),
    };
  } catch (error) {
    throw failed(error);
  }
}

/** The tables and columns that exist and are read. */
function addColumns(columns: Map<SourceTable, string[]>, rows: readonly SourceRow[]): void {
  for (const { name, col } of rows) {
    if (!name || !col || !isSourceTable(name) || !columnsToRead(name).has(col)) continue;
    columns.set(name, [...(columns.get(name) ?? []), col]);
  }
}

/** An error of the network has no message, only a code. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || 'unknown error';
}

/** The target of `mysql://user@host:port/database`. Errors: INPUT_INVALID; the text is not repeated, because it may have a password. */
export function parseConnectionUrl(text: string): ConnectionTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = url && decodeURIComponent(url.pathname.slice(1));
  if (
    !url ||
    !/^(?:mysql|mariadb):$/.test(url.protocol) ||
    url.hostname === '' ||
    !database ||
    url.username === ''
  ) {
    throw new Fault(
      'INPUT_INVALID',
      'The database must be given as mysql://USER@HOST:PORT/NAME, percent-encoded where needed.',
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    tls: url.searchParams.get('tls') === 'true',
  };
}
