import { statfsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import { closeToOthers, createDataFolder } from '../../artifacts/data-folder.ts';
import { createTurns } from '../../async/turns.ts';
import { asDiskFull, Fault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { formatBytes } from '../../model/bytes.ts';
import type { Database, Queryable } from './database.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { setKnows } from './knows.ts';

/** The embedded database with the lock on its folder, in which the server publishes its address. */
export interface EmbeddedDatabase extends Database {
  readonly lock: FolderLock;
}

/**
 * Free bytes below which nothing is written: three segments of the write-ahead log. When PGlite cannot create one, it reports the error
 * once, and the next statement never returns and stops the whole process (measured with 0.5.16).
 */
const reserveBytes = 48 * 1024 * 1024;

/** Statements that write to the log; locks of rows do as well. */
const writing = /\b(INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|SETVAL|SHARE)\b/i;

/**
 * Opens the PGlite in `<folder>/database`, created on the first start. It has one connection, so transactions run one at a time.
 *
 * It runs with `fsync=off`: commits survive the process, even a killed one, but those of the last seconds may be lost when the machine
 * fails.
 *
 * Errors: DATA_FOLDER_IN_USE, DATA_FOLDER_OPEN; DISK_FULL now or on any later call that writes.
 */
export async function openEmbedded(options: {
  folder: string;
  log: Logger;
  /** For tests. */
  reserveBytes?: number;
}): Promise<EmbeddedDatabase> {
  const { folder, log } = options;
  const dataDir = join(folder, 'database');
  const lock = await createDataFolder(folder)
    .then(() => lockFolder(folder))
    .catch((error) => {
      throw asDiskFull(error);
    });
  const room = createRoomGuard(folder, options.reserveBytes ?? reserveBytes);
  try {
    room.assert();
    // The files in it have mode 0666, whatever the umask is (measured with 0.5.16).
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await closeToOthers(dataDir);
    const pglite = await PGlite.create({
      dataDir,
      parsers: { [types.INT8]: Number },
    });
    await pglite.exec(setKnows);
    const turns = createTurns();
    log.debug({ folder }, 'Opened the embedded database');
    return {
      kind: 'embedded',
      lock,
      ...queryable(pglite, room, turns),
      transaction: (work) =>
        room.guarded('', () =>
          pglite.transaction((transaction) => work(queryable(transaction, room, turns))),
        ),
      async listen(channel, callback) {
        const stop = await pglite.listen(channel, callback);
        return () => (pglite.closed || room.isBroken() ? Promise.resolve() : stop());
      },
      async close() {
        // A broken one would stop the process; what was committed is in its log.
        if (!room.isBroken()) await pglite.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw asDiskFull(error);
  }
}

/** Keeps statements from a database that has no room for its log. */
interface RoomGuard {
  /** Errors: DISK_FULL. */
  assert(): void;
  isBroken(): boolean;
  /** Runs a statement if there is room for what it writes, and names the error of a full disk. */
  guarded<T>(sql: string, work: () => Promise<T>): Promise<T>;
}

function createRoomGuard(folder: string, reserve: number): RoomGuard {
  let broken = false;

  function assert(): void {
    if (broken) {
      throw new Fault(
        'DISK_FULL',
        `The embedded database in ${folder} could not write its log, because the disk was full. Start matre again when there is room.`,
      );
    }
    // Synchronous: takes microseconds, and nothing is written in between.
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize >= reserve) return;
    throw new Fault(
      'DISK_FULL',
      `${folder} has ${formatBytes(bavail * bsize)} left; the embedded database writes only with ${formatBytes(reserve)} or more.`,
    );
  }

  return {
    assert,
    isBroken: () => broken,
    async guarded(sql, work) {
      if (broken || writing.test(sql)) assert();
      try {
        return await work();
      } catch (error) {
        const named = asDiskFull(error);
        if (named instanceof Fault && named !== error && named.message.includes('pg_wal')) broken = true;
        throw named;
      }
    },
  };
}

/** `turns`: PGlite answers without a turn of the event loop, which a thousand statements in a row would stop for seconds. */
function queryable(connection: PGlite | Transaction, room: RoomGuard, turns: () => Promise<void>): Queryable {
  return {
    query: <Row extends object>(sql: string, parameters: unknown[] = []) =>
      room.guarded(sql, async () => {
        const { rows } = await connection.query<Row>(sql, parameters);
        await turns();
        return rows;
      }),
    script: (sql) =>
      room.guarded(sql, async () => {
        await connection.exec(sql);
      }),
  };
}
