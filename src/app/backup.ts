import { createDataFolder } from '../artifacts/data-folder.ts';
import { createS3Store } from '../artifacts/s3/s3.ts';
import { type BackupOptions, type BackupReport, writeBackup } from '../backup/backup.ts';
import { assertNoUnfinishedRestore } from '../backup/data-files.ts';
import { type RestoreReport, restoreBackup } from '../backup/restore.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { Database } from '../store/database/database.ts';
import { openEmbedded } from '../store/database/embedded.ts';
import { openPostgres } from '../store/database/postgres.ts';

/** A statement reads or writes some megabytes, and may wait for a busy disk. */
const timeoutMs = 60_000;

/**
 * Backs up the database and the data folder of a configuration. Errors: those of `writeBackup`; RESTORE_UNFINISHED; DATA_FOLDER_IN_USE when
 * a process has the embedded database.
 */
export async function backUp(config: Config, log: Logger, options: BackupOptions): Promise<BackupReport> {
  await assertNoUnfinishedRestore(config.store.dataFolder);
  return withDatabase(config, log, (database) => writeBackup(database, config.store, options));
}

/** Restores a backup into the database and the data folder of a configuration. Errors: those of `restoreBackup`; DATA_FOLDER_IN_USE. */
export async function restore(
  config: Config,
  log: Logger,
  options: { path: string; replace: boolean; keepSchema: boolean },
): Promise<RestoreReport> {
  const { dataFolder, s3 } = config.store;
  await createDataFolder(dataFolder);
  const objects = s3 && createS3Store(s3);
  return withDatabase(config, log, (database) =>
    restoreBackup(database, dataFolder, { ...options, objects, log }),
  );
}

async function withDatabase<T>(
  config: Config,
  log: Logger,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { databaseUrl, dataFolder } = config.store;
  const database =
    databaseUrl === undefined
      ? await openEmbedded({ folder: dataFolder, log })
      : await openPostgres({ url: databaseUrl, log, timeoutMs });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
