import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ifPresent } from '../../files/missing-file.ts';

/**
 * Whether a data folder has an embedded database. Anything else in it, such as a key, is data as well only with one. Rejects for a folder
 * that cannot be read, whose data must not be taken for none.
 */
export async function hasDatabase(dataFolder: string): Promise<boolean> {
  return (await ifPresent(stat(join(dataFolder, 'database')))) !== undefined;
}

/** Where data are kept. */
interface Places {
  databaseUrl: string | undefined;
  dataFolder: string;
}

/**
 * The configuration for a command that changes nothing. Where no data exist yet, it has a temporary data folder, which `remove`
 * removes after the database is closed: a preview must not begin an installation.
 */
export async function previewConfig<Config extends { store: Places }>(
  config: Config,
): Promise<{ config: Config; remove: () => Promise<void> }> {
  const { store } = config;
  if (store.databaseUrl !== undefined || (await hasDatabase(store.dataFolder))) {
    return { config, remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'matre-preview-'));
  return {
    config: { ...config, store: { ...store, dataFolder: folder } },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
