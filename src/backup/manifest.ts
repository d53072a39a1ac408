import { z } from 'zod';

/** Of the layout of the archive. A program reads only its own. */
export const backupFormat = 1;

export const headerName = 'matre-backup.json';
export const manifestName = 'manifest.json';

/** The first entry of a backup. */
export const backupHeader = z.object({
  format: z.number().int(),
  /** Of the matre that wrote it. */
  version: z.string(),
  createdAt: z.iso.datetime(),
  databaseKind: z.enum(['postgres', 'embedded']),
  installation: z.string().optional(),
  /** The migrations that made the schema, in order. */
  migrations: z.array(z.object({ number: z.number().int(), name: z.string(), checksum: z.string() })),
  /** Whether the backup has the files of runs. */
  files: z.boolean(),
  /** Whether it has the key of stored secrets. */
  secretKey: z.boolean(),
});
export type BackupHeader = z.infer<typeof backupHeader>;

/** The last entry of a backup, so a backup that is cut off has none. */
export const backupManifest = z.object({
  /** The number of rows of each table. */
  tables: z.record(z.string(), z.number().int()),
  /** The last value of each sequence; null for one that was never used. */
  sequences: z.record(z.string(), z.number().int().nullable()),
  files: z.object({ count: z.number().int(), bytes: z.number().int() }),
  /** Of files of runs in S3, which the backup lists and does not have; older backups do not count them. */
  objects: z.object({ count: z.number().int(), bytes: z.number().int() }).optional(),
  /** SHA-256 of the names, sizes and contents of all entries before this one, see `createDigest`. */
  sha256: z.string(),
});
export type BackupManifest = z.infer<typeof backupManifest>;
