import type { Config } from '../config/config.ts';
import { withSnapshot } from '../store/backup/dump.ts';
import type { Database } from '../store/database/database.ts';
import { type ArchiveWriter, writeArchive } from './archive.ts';
import { type DataFile, openKeyFile, openRunFiles } from './data-files.ts';
import {
  type BackupHeader,
  type BackupManifest,
  backupFormat,
  headerName,
  manifestName,
} from './manifest.ts';

export interface BackupOptions {
  /** The file to write. */
  path: string;
  /** Whether to include the files of runs. */
  files: boolean;
  /** Whether to include the file of the secret key, if there is one. */
  key: boolean;
  /** Of this matre. */
  version: string;
}

/** What a backup has, for display. */
export interface BackupReport {
  path: string;
  bytes: number;
  rows: number;
  files: number;
  /** Of files of runs in S3: the backup lists them and does not have them. */
  objects: { count: number; bytes: number };
  /** The name of the newest migration; `undefined` for a database without a schema. */
  schema: string | undefined;
  secretKey: boolean;
}

/**
 * Writes a backup of an open database and a data folder: rows as of one moment, while others may continue to work, and the files of the
 * runs of that moment. Errors: INPUT_INVALID when the file exists, DISK_FULL, DATABASE_UNREACHABLE.
 */
export async function writeBackup(
  database: Database,
  store: Pick<Config['store'], 'dataFolder' | 'secretKey'>,
  options: BackupOptions,
): Promise<BackupReport> {
  const { dataFolder } = store;
  return withSnapshot(database, async (snapshot) => {
    const { migrations, installation, objects } = snapshot;
    const keyFile = options.key && !store.secretKey ? await openKeyFile(dataFolder) : undefined;
    /** Also when the key was not added. */
    const closeKeyFile = async () => keyFile?.handle.close();
    const tables: Record<string, number> = {};
    const files = { count: 0, bytes: 0 };
    const addFile = async (archive: ArchiveWriter, file: DataFile) => {
      await addOpenFile(archive, file);
      files.count += 1;
      files.bytes += file.size;
    };
    const { bytes } = await writeArchive(options.path, async (archive) => {
      const header: BackupHeader = {
        format: backupFormat,
        version: options.version,
        createdAt: new Date().toISOString(),
        databaseKind: database.kind,
        ...(installation !== undefined && { installation }),
        migrations,
        files: options.files,
        secretKey: keyFile !== undefined,
      };
      await archive.add(headerName, toJson(header));
      for await (const { table, number, rows, lines } of snapshot.rows()) {
        tables[table] = (tables[table] ?? 0) + rows;
        await archive.add(`database/${table}/${number}.jsonl`, lines);
      }
      if (keyFile) await addFile(archive, keyFile);
      if (options.files) {
        for await (const file of openRunFiles(dataFolder, snapshot.newestRun)) await addFile(archive, file);
      }
      const sequences = Object.fromEntries(
        [...snapshot.sequences].map(([name, value]) => [name, value ?? null]),
      );
      const manifest: BackupManifest = { tables, sequences, files, objects, sha256: archive.digest() };
      await archive.add(manifestName, toJson(manifest));
    }).finally(closeKeyFile);
    return {
      path: options.path,
      bytes,
      rows: Object.values(tables).reduce((sum, rows) => sum + rows, 0),
      ...{ files: files.count, objects },
      schema: migrations.at(-1)?.name,
      secretKey: keyFile !== undefined,
    };
  });
}

async function addOpenFile(archive: ArchiveWriter, { path, size, handle }: DataFile): Promise<void> {
  try {
    if (size === 0) return await archive.add(`files/${path}`, Buffer.alloc(0));
    // A log that grows meanwhile is read up to the size that it had.
    const stream = handle.createReadStream({ start: 0, end: size - 1, autoClose: false });
    await archive.add(`files/${path}`, { stream, size });
  } finally {
    await handle.close();
  }
}

const toJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
