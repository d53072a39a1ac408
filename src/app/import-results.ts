import type { Config } from '../config/config.ts';
import { type ImportedFileRun, importFileRuns } from '../import/result-files/import-runs.ts';
import { readRuns } from '../import/result-files/read-runs.ts';
import type { Logger } from '../log.ts';
import type { Principal } from '../model/access.ts';
import { openApp } from './app.ts';

export type { ImportedFileRun } from '../import/result-files/import-runs.ts';

/**
 * Imports result files of other tools into the database and the data folder of a configuration. Everything is read before the database is
 * opened. Errors: those of `readRuns` and `importFileRuns`; DATA_FOLDER_IN_USE while a process has the embedded database.
 */
export async function importResults(
  config: Config,
  log: Logger,
  options: {
    paths: readonly string[];
    environment: string;
    withoutFiles: boolean;
    dryRun: boolean;
    by: Principal;
  },
): Promise<ImportedFileRun[]> {
  const runs = [];
  for (const path of options.paths) runs.push(...(await readRuns(path, options)));
  runs.sort((one, other) => startOf(one) - startOf(other));
  const app = await openApp(config, { log });
  try {
    return await importFileRuns(app.context, { ...options, runs });
  } finally {
    await app.close();
  }
}

const startOf = ({ results }: { results: readonly { startedAt: Date }[] }) =>
  results[0]?.startedAt.getTime() ?? 0;
