import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { Fault, toFault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { type ImportOptions, type ImportReport, importPhpMatre } from '../import/import.ts';
import { type ConnectionTarget, openConnection } from '../import/source/connection.ts';
import { openDump } from '../import/source/dump.ts';
import { createTimeReader } from '../import/source/local-time.ts';
import { readRecords } from '../import/source/read-records.ts';
import type { Logger } from '../log.ts';
import { decodeEnvFile, maxEnvFileBytes } from '../model/env-file/decode.ts';
import { parseEnvFile } from '../model/env-file/env-file.ts';
import { openZone } from '../schedule/time-zone.ts';
import { previewConfig } from '../store/database/preview-folder.ts';
import { openApp } from './app.ts';

export type { ImportReport } from '../import/import.ts';
export { formatSettings } from '../import/mapping/env-file.ts';
export { parseConnectionUrl } from '../import/source/connection.ts';

export interface PhpMatreImport
  extends Pick<ImportOptions, 'settings' | 'name' | 'overwrite' | 'paused' | 'mode' | 'by'> {
  /** The path of a dump, or a server. */
  source: { dump: string } | ConnectionTarget;
  /** The time zone of its times and cron expressions. */
  zone: string;
  /** The folder of its test module. */
  module: string | undefined;
  files: string | undefined;
  history: boolean;
  since: Date | undefined;
}

/** The history of an environment is made anew in statements that read all of its results. */
const importLeaseMs = 50 * 60_000;

/**
 * Imports a php-matre into the database and the data folder of a configuration. Errors: those of the source and of `importPhpMatre`;
 * DATA_FOLDER_IN_USE while a process has the embedded database.
 */
export async function importInto(
  config: Config,
  log: Logger,
  options: PhpMatreImport,
): Promise<ImportReport> {
  openZone(options.zone);
  await assertFolders(options);
  const source =
    'dump' in options.source ? openDump(options.source.dump) : await openConnection(options.source);
  try {
    const records = await readRecords(source, {
      time: createTimeReader(options.zone),
      withoutHistory: !options.history,
      since: options.since,
    });
    const codes = records.environments.map(({ code }) => code);
    const moduleValues = new Map<string, ReadonlyMap<string, string>>();
    for (const code of options.module === undefined ? [] : new Set(codes)) {
      const values = await readModuleFile(options.module ?? '', code);
      if (values) moduleValues.set(code, values);
    }
    // A fifth of the lease is what a statement may take; no run is claimed here.
    const importConfig = { ...config, worker: { ...config.worker, leaseMs: importLeaseMs } };
    const secrets = 'dump' in options.source ? [] : [options.source.password];
    return await importRecords(importConfig, log, { ...options, records, moduleValues, secrets });
  } finally {
    await source.close();
  }
}

/** With a preview, nothing is created where no data exist. */
async function importRecords(config: Config, log: Logger, options: ImportOptions): Promise<ImportReport> {
  const preview = options.mode === 'apply' ? { config, remove: async () => {} } : await previewConfig(config);
  try {
    const app = await openApp(preview.config, { log });
    try {
      return await importPhpMatre(app.context, options);
    } finally {
      await app.close();
    }
  } finally {
    await preview.remove();
  }
}

/** A folder that is not there would only be noticed by what the import lacks. Errors: INPUT_INVALID. */
async function assertFolders({ module, files }: Pick<PhpMatreImport, 'module' | 'files'>): Promise<void> {
  const isFolder = async (...path: string[]) =>
    stat(join(...path)).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
  if (module !== undefined && !(await isFolder(module, 'Cron/data'))) {
    const message = `--module must be the folder of the test module: ${module} has no folder Cron/data.`;
    throw new Fault('INPUT_INVALID', message);
  }
  if (files === undefined) return;
  if (!(await isFolder(files, 'test-output')) && !(await isFolder(files, 'test-artifacts'))) {
    const message = `--files must be the folder var of php-matre: ${files} has no folder test-output or test-artifacts.`;
    throw new Fault('INPUT_INVALID', message);
  }
}

/** The values of an env file by name. Errors: INPUT_INVALID, ENV_FILE_INVALID. */
export async function readEnvValues(path: string): Promise<Map<string, string>> {
  try {
    const { size } = await stat(path);
    if (size > maxEnvFileBytes) throw new Error(`it has ${size} bytes, and the limit is ${maxEnvFileBytes}`);
    const { entries } = parseEnvFile(decodeEnvFile(await readFile(path)));
    return new Map(entries.map(({ name, value }) => [name, value]));
  } catch (error) {
    const message = asSentence(`${path} cannot be read: ${toFault(error).message}`);
    throw new Fault('INPUT_INVALID', message, { cause: error });
  }
}

/** The values of `Cron/data/.env.<code>`; `undefined` without the file. Errors: as of `readEnvValues`. */
async function readModuleFile(folder: string, code: string): Promise<Map<string, string> | undefined> {
  // A code comes from the database, and must not lead out of the folder.
  if (!/^[\w-]+$/.test(code)) return undefined;
  const path = join(folder, 'Cron/data', `.env.${code}`);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? readEnvValues(path) : undefined;
}
