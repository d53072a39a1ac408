import type { z } from 'zod';
import type { ObjectStore } from '../artifacts/object-store.ts';
import { createRunFolders } from '../artifacts/run-folders.ts';
import { Fault, isFault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { loadDatabase } from '../store/backup/load.ts';
import { checkObjects, countObjects, type ObjectCheck } from '../store/backup/stored-objects.ts';
import type { Database } from '../store/database/database.ts';
import { assertKnown, readMigrations } from '../store/database/migrate.ts';
import { readRunIdentity } from '../store/tables/run-identity.ts';
import { type ArchiveEntry, readArchive, readEntry } from './archive.ts';
import { markFinished, markUnfinished, openStagingArea, type StagingArea } from './data-files.ts';
import {
  type BackupHeader,
  type BackupManifest,
  backupFormat,
  backupHeader,
  backupManifest,
  headerName,
  manifestName,
} from './manifest.ts';

/** What was restored, for display. */
export interface RestoreReport {
  createdAt: string;
  /** Of the matre that wrote the backup. */
  version: string;
  rows: number;
  files: number;
  /** Files of runs in S3 that the database lists now. */
  objects: RestoredObjects;
  /** The folder with the files that were in use before. */
  setAside: string;
}

/** `checked` is `undefined` when there are none, or S3 could not be asked; then `reason` says why. */
interface RestoredObjects {
  count: number;
  checked: ObjectCheck | undefined;
  reason: string | undefined;
}

/** A chunk of rows has some megabytes; the largest possible one 100 MB. */
const maxEntryBytes = 256 * 1024 * 1024;
const maxJsonBytes = 16 * 1024 * 1024;
const filePrefix = 'files/';

/**
 * Replaces the database and the files of runs by those of a backup. First the whole file is read and verified, while its files are
 * written beside those in use; then the database is replaced in one transaction, and then the files.
 *
 * Errors: NOT_FOUND, BACKUP_INVALID, DISK_FULL; those of `loadDatabase`. Nothing is changed then.
 */
export async function restoreBackup(
  database: Database,
  dataFolder: string,
  options: {
    path: string;
    replace: boolean;
    keepSchema: boolean;
    /** Where files of runs are, if they are in S3. */
    objects?: ObjectStore | undefined;
    log: Logger;
  },
): Promise<RestoreReport> {
  const { path, replace, keepSchema, objects, log } = options;
  const migrations = await readMigrations();
  const stagingArea = await openStagingArea(dataFolder);
  try {
    const { header, manifest } = await verify(path, stagingArea);
    assertKnown(header.migrations, migrations);
    await markUnfinished(dataFolder, path);
    const sequences = new Map(
      Object.entries(manifest.sequences).map(([name, value]) => [name, value ?? undefined]),
    );
    try {
      const stored = { migrations: header.migrations, sequences, rows: () => rowsOf(path) };
      await loadDatabase(database, stored, { migrations, replace, keepSchema });
    } catch (error) {
      // It was rolled back, unless the connection broke: then it is unknown whether it was committed.
      if (!(error instanceof Fault && error.code === 'DATABASE_UNREACHABLE')) await markFinished(dataFolder);
      throw error;
    }
    const setAside = await stagingArea.install({ files: header.files });
    const readIdentity = (runId: number) => readRunIdentity(database, runId);
    const folders = createRunFolders({ folder: dataFolder, readIdentity, log });
    for (const runId of await folders.numbers()) await folders.setAsideForeign(runId);
    await markFinished(dataFolder);
    const { createdAt, version } = header;
    return {
      ...{ createdAt, version, rows: rowsIn(manifest), files: manifest.files.count, setAside },
      objects: await inspectObjects(database, objects),
    };
  } finally {
    await stagingArea.discard();
  }
}

/** The database is restored, whatever S3 says: what is missing there is missing, and the rest can be read. */
async function inspectObjects(
  database: Database,
  objects: ObjectStore | undefined,
): Promise<RestoredObjects> {
  const { count } = await countObjects(database);
  if (count === 0) return { count, checked: undefined, reason: undefined };
  if (!objects) return { count, checked: undefined, reason: 'MATRE_ARTIFACTS is not s3 here' };
  try {
    return { count, checked: await checkObjects(database, objects), reason: undefined };
  } catch (error) {
    if (!isFault(error, 'S3_UNREACHABLE') && !isFault(error, 'S3_REFUSED')) throw error;
    return { count, checked: undefined, reason: error.message.replace(/\.$/, '') };
  }
}

const rowsIn = ({ tables }: BackupManifest) => Object.values(tables).reduce((sum, rows) => sum + rows, 0);

/** Reads the whole file, checks it against its manifest, and writes its files to the staging area. */
async function verify(
  path: string,
  stagingArea: StagingArea,
): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
  const invalid = (reason: string) =>
    new Fault('BACKUP_INVALID', `${path} is not a whole backup: ${reason}.`);
  let header: BackupHeader | undefined;
  let manifest: BackupManifest | undefined;
  const tables: Record<string, number> = {};
  const files = { count: 0, bytes: 0 };
  for await (const entry of readArchive(path)) {
    const table = tableOf(entry.name);
    if (manifest) throw invalid('it continues after its manifest');
    if (!header) {
      if (entry.name !== headerName) throw invalid('it does not begin with a header');
      header = await readJson(entry, backupHeader);
      if (header.format !== backupFormat)
        throw invalid(`it has the format ${header.format}, and this version reads ${backupFormat}`);
    } else if (table !== undefined) {
      tables[table] = (tables[table] ?? 0) + countLines(await readEntry(entry, maxEntryBytes));
    } else if (entry.name.startsWith(filePrefix)) {
      await stagingArea.write(entry.name.slice(filePrefix.length), entry.content);
      files.count += 1;
      files.bytes += entry.size;
    } else if (entry.name === manifestName) {
      manifest = await readJson(entry, backupManifest);
      if (manifest.sha256 !== entry.digestBefore) throw invalid('its content does not match its checksum');
    } else {
      throw invalid(`it has an unknown entry ${JSON.stringify(entry.name)}`);
    }
  }
  if (!header || !manifest) throw invalid('its end is missing');
  const isComplete =
    JSON.stringify(sorted(tables)) === JSON.stringify(sorted(manifest.tables)) &&
    files.count === manifest.files.count &&
    files.bytes === manifest.files.bytes;
  if (!isComplete) throw invalid('it has not the rows and files that its manifest lists');
  return { header, manifest };
}

const sorted = (tables: Record<string, number>) =>
  Object.entries(tables).sort(([one], [other]) => (one < other ? -1 : 1));

/** The chunks of rows of a verified backup, which come before its files. */
async function* rowsOf(path: string): AsyncGenerator<{ table: string; lines: Buffer }> {
  for await (const entry of readArchive(path)) {
    const table = tableOf(entry.name);
    if (table !== undefined) yield { table, lines: await readEntry(entry, maxEntryBytes) };
    else if (entry.name !== headerName) return;
  }
}

const tableOf = (name: string): string | undefined => /^database\/(\w+)\/\d+\.jsonl$/.exec(name)?.[1];

/** The number of lines; a backup ends each with a line feed. */
function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(10); at >= 0; at = lines.indexOf(10, at + 1)) count += 1;
  return count;
}

async function readJson<T>(entry: ArchiveEntry, schema: z.ZodType<T>): Promise<T> {
  const text = (await readEntry(entry, maxJsonBytes)).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new Fault('BACKUP_INVALID', `The entry ${entry.name} of the backup is malformed.`);
  return parsed.data;
}
