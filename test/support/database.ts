import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLog } from '../../src/log.ts';
import type { Database } from '../../src/store/database/database.ts';
import { openEmbedded } from '../../src/store/database/embedded.ts';
import { migrate, readMigrations } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { sharedPostgres } from './postgres.ts';

const run = promisify(execFile);

export const kinds = ['postgres', 'embedded'] as const;
export type Kind = (typeof kinds)[number];

export const quiet = createLog({ level: 'silent' });

export interface TestDatabase {
  database: Database;
  /** Of a PostgreSQL. */
  url: string | undefined;
  /** A separate data folder; the one of an embedded database. */
  folder: string;
  /** Deletes all rows, but keeps the schema; numbers start at 1. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A fresh database of either kind, with the schema unless `empty`. `close` also removes it. */
export async function openTestDatabase(kind: Kind, options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const folder =
    kind === 'embedded' ? await embeddedFolder(options) : await mkdtemp(join(tmpdir(), 'matre-data-'));
  const server = kind === 'postgres' ? await sharedPostgres({ schema: !options.empty }) : undefined;
  const database = server
    ? await openPostgres({ url: server.url, log: quiet })
    : await openEmbedded({ folder, log: quiet });
  if (!options.empty) await migrate(database, { log: quiet });
  return {
    database,
    url: server?.url,
    folder,
    // Not TRUNCATE, which creates new files: ten times slower.
    clear: () =>
      database.script(`
        DELETE FROM run; DELETE FROM run_rollup; DELETE FROM cause_rollup; DELETE FROM submission; DELETE FROM schedule; DELETE FROM saved_selection; DELETE FROM message; DELETE FROM notice; DELETE FROM channel; DELETE FROM message_template; DELETE FROM variable; DELETE FROM environment; DELETE FROM worker; DELETE FROM setting;
        ALTER SEQUENCE run_id_seq RESTART; ALTER SEQUENCE submission_id_seq RESTART; ALTER SEQUENCE environment_id_seq RESTART;`),
    async close() {
      await database.close();
      await server?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A data folder with an embedded database, with the schema unless `empty`. Creating one takes seconds; copying one does
 * not, so the first ones are kept with the installed packages.
 */
export async function embeddedFolder(options: { empty?: boolean } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-data-'));
  await copyInto(folder, await embeddedTemplate(options.empty ?? false));
  return folder;
}

/**
 * PGlite allocates and clears its buffers at each start. With the default of 128 MB that is half of the 0.3 s that opening a database
 * takes, and every process that is started afterwards costs 4 ms more, because the kernel copies the page tables.
 */
const buffers = '16MB';

async function embeddedTemplate(empty: boolean): Promise<string> {
  const modules = join(import.meta.dirname, '../../node_modules');
  const { version } = JSON.parse(await readFile(join(modules, '@electric-sql/pglite/package.json'), 'utf8'));
  const cache = join(modules, '.cache/matre');
  const migrations = createHash('sha256').update(JSON.stringify(await readMigrations()));
  const schema = empty ? '' : `-${migrations.digest('hex').slice(0, 12)}`;
  const template = join(cache, `pglite-${version}-${buffers}${schema}`);
  const exists = await stat(template).catch(() => undefined);
  if (exists) return template;

  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'new-'));
  if (!empty) await copyInto(folder, await embeddedTemplate(true));
  const database = await openEmbedded({ folder, log: quiet });
  if (!empty) await migrate(database, { log: quiet });
  await database.close();
  if (empty) await appendFile(join(folder, 'database/postgresql.conf'), `shared_buffers = ${buffers}\n`);
  // Another process may have been faster: its template is as good.
  await rename(folder, template).catch(() => rm(folder, { recursive: true }));
  return template;
}

/** A thousand files: `cp` of Node takes ten times the work. */
async function copyInto(folder: string, template: string): Promise<void> {
  await run('cp', ['-R', `${template}/.`, folder]);
}
