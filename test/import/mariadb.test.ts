import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFault } from '../../src/faults/fault.ts';
import { openConnection, parseConnectionUrl } from '../../src/import/source/connection.ts';
import { openDump } from '../../src/import/source/dump.ts';
import type { Source } from '../../src/import/source/source.ts';
import { hasMariaDb, type MariaDb, startMariaDb } from '../support/mariadb.ts';
import { createTable, type PhpRows, phpTables, valuesOf } from '../support/php-matre.ts';

const odd = [
  '',
  "it's",
  'back\\slash',
  '"quoted"',
  'a\0b',
  'line\r\nend',
  '; -- /* */ (',
  'Müller 💥',
  '%s $x',
];
const rows: PhpRows = {
  matre_test_environments: [
    { id: 1, name: 'Shop', code: 'us', base_url: 'https://us.example.com/', env_variables: '{"A": "ü"}' },
  ],
  matre_global_env_variables: odd.map((value, index) => ({
    id: index + 1,
    name: `V${index}`,
    value,
    environments: index % 2 ? '["us"]' : null,
  })),
  matre_test_results: odd.map((text, index) => ({
    ...{ id: index + 1, test_run_id: 1, test_name: `T${index}`, error_message: text, duration: index / 3 },
    created_at: index % 2 ? '2026-02-01 02:03:04' : '0000-00-00 00:00:00',
  })),
  matre_test_runs: [{ id: 1, output: 'x'.repeat(100_000) }],
};

async function read(source: Source) {
  const read: { table: string; row: Record<string, string | null> }[] = [];
  for await (const row of source.rows()) read.push({ ...row, row: { ...row.row } });
  await source.close();
  const key = (each: (typeof read)[number]) => `${each.table} ${each.row['id']?.padStart(9, '0')}`;
  return read.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

// Without the Debian packages mariadb-server-core and mariadb-client there is no server to read.
describe.skipIf(!hasMariaDb)('a MariaDB', () => {
  let database: MariaDb;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-import-'));
    database = await startMariaDb();
    await database.execute(`SET SESSION sql_mode = ''`);
    for (const table of Object.keys(phpTables)) {
      await database.execute(createTable(table));
      const own = rows[table] ?? [];
      if (own.length > 0)
        await database.execute(`INSERT INTO ${table} VALUES ?`, [own.map((row) => valuesOf(table, row))]);
    }
  }, 60_000);
  afterAll(async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const target = () => ({
    ...{
      host: '127.0.0.1',
      port: database.port,
      user: 'reader',
      password: database.password,
      database: 'matre',
      tls: false,
    },
  });

  it('has the same values over a connection and in each kind of dump', async () => {
    const overConnection = await read(await openConnection(target()));
    const values = overConnection.filter(({ table }) => table === 'matre_global_env_variables');
    expect(values.map(({ row }) => row['value'])).toEqual(odd);
    expect(overConnection.filter(({ table }) => table === 'matre_test_runs')[0]?.row).not.toHaveProperty(
      'output',
    );
    for (const options of [
      [],
      ['--hex-blob', '--skip-extended-insert'],
      ['--complete-insert', '--skip-opt'],
    ]) {
      const path = join(folder, 'dump.sql');
      await writeFile(path, await database.dump(...options));
      expect(await read(openDump(path)), options.join(' ')).toEqual(overConnection);
    }
  });

  it.each([
    [
      'a wrong password',
      { password: 'wrong-password' },
      /The database matre at 127\.0\.0\.1:\d+ cannot be read as reader: Access denied/,
    ],
    ['another database', { database: 'nowhere' }, /Access denied/],
    ['no server', { port: 9 }, /ECONNREFUSED/],
  ])('is unreachable with %s, and the message has no password', async (_, wrong, message) => {
    const error = await openConnection({ ...target(), ...wrong }).catch((reason: unknown) => reason);
    expect(isFault(error, 'IMPORT_SOURCE_UNREACHABLE')).toBe(true);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toMatch(/wrong-password|p@ss/);
  });
});

describe('the address of a database', () => {
  it('has percent-encoded parts', () => {
    expect(parseConnectionUrl('mysql://u%40x:p%2F@[::1]:3307/a%20b?tls=true')).toEqual({
      ...{ host: '::1', port: 3307, user: 'u@x', password: 'p/', database: 'a b', tls: true },
    });
  });

  it.each(['', 'postgres://u@h/d', 'mysql://h/d', 'mysql://u@h', 'mysql://u@h:x/d', 'u:hunter2@h/d'])(
    'is refused as %j',
    (text) => {
      expect(() => parseConnectionUrl(text)).toThrow(/mysql:\/\/USER@HOST:PORT\/NAME/);
    },
  );
});
