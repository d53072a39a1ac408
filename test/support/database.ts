import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/log.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { sharedPostgres } from './postgres.ts';

export const kinds = ['postgres', 'embedded'] as const;
export type Kind = (typeof kinds)[number];

export const quiet = createLog({ level: 'silent' });

export interface TestDatabase {
  database: Database;
  /** Of a PostgreSQL. */
  url: string | undefined;
  /** A data folder of its own; of an embedded database, the one it is in. */
  folder: string;
  /** Takes everything out again except the schema; numbers start at 1. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A fresh database of either kind, with the schema unless `empty`. Close it: that removes it as well. */
export async function openTestDatabase(kind: Kind, options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const folder = kind === 'embedded' ? await embeddedFolder() : await mkdtemp(join(tmpdir(), 'matre-data-'));
  const server = kind === 'postgres' ? await sharedPostgres() : undefined;
  const database = server
    ? await openPostgres({ url: server.url, log: quiet })
    : await openEmbedded({ folder, log: quiet });
  if (!options.empty) await migrate(database, { log: quiet });
  return {
    database,
    url: server?.url,
    folder,
    // Not TRUNCATE, which makes new files: ten times slower.
    clear: () =>
      database.script(`
        DELETE FROM run; DELETE FROM schedule; DELETE FROM variable; DELETE FROM environment; DELETE FROM worker; DELETE FROM setting;
        ALTER SEQUENCE run_id_seq RESTART; ALTER SEQUENCE environment_id_seq RESTART;`),
    async close() {
      await database.close();
      await server?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A data folder with an embedded database in it, made by nobody's start. Making one takes seconds; copying one does not,
 * so the first one is kept with the installed packages.
 */
export async function embeddedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-data-'));
  await cp(await embeddedTemplate(), folder, { recursive: true });
  return folder;
}

async function embeddedTemplate(): Promise<string> {
  const modules = join(import.meta.dirname, '../../node_modules');
  const { version } = JSON.parse(await readFile(join(modules, '@electric-sql/pglite/package.json'), 'utf8'));
  const cache = join(modules, '.cache/matre');
  const template = join(cache, `pglite-${version}`);
  const known = await stat(template).catch(() => undefined);
  if (known) return template;

  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'new-'));
  await (await openEmbedded({ folder, log: quiet })).close();
  // Another process may have been faster: its template is as good.
  await rename(folder, template).catch(() => rm(folder, { recursive: true }));
  return template;
}
