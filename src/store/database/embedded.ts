import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import type { Logger } from '../../log.ts';
import type { Database, Queryable } from './database.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

/** The embedded database with the lock on its folder, in which the server publishes its address. */
export interface EmbeddedDatabase extends Database {
  readonly lock: FolderLock;
}

/**
 * Opens the PGlite in `<folder>/database`, created on the first start. It has one connection, so transactions run one at a time.
 *
 * It runs with `fsync=off`: commits survive the process, even a killed one, but those of the last seconds may be lost when the machine
 * fails.
 *
 * Errors: DATA_FOLDER_IN_USE.
 */
export async function openEmbedded(options: { folder: string; log: Logger }): Promise<EmbeddedDatabase> {
  const { folder, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    const pglite = await PGlite.create({
      dataDir: join(folder, 'database'),
      parsers: { [types.INT8]: Number },
    });
    log.debug({ folder }, 'Opened the embedded database');
    return {
      kind: 'embedded',
      lock,
      ...queryable(pglite),
      transaction: (work) => pglite.transaction((transaction) => work(queryable(transaction))),
      async listen(channel, callback) {
        const stop = await pglite.listen(channel, callback);
        return () => (pglite.closed ? Promise.resolve() : stop());
      },
      async close() {
        await pglite.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function queryable(connection: PGlite | Transaction): Queryable {
  return {
    query: async <Row extends object>(sql: string, parameters: unknown[] = []) =>
      (await connection.query<Row>(sql, parameters)).rows,
    script: async (sql) => {
      await connection.exec(sql);
    },
  };
}
