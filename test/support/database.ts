import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
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
  close(): Promise<void>;
}

/** A fresh database of either kind, with the schema unless `empty`. Close it: that removes it as well. */
export async function openTestDatabase(kind: Kind, options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-data-'));
  if (kind === 'embedded') await cp(await embeddedTemplate(), folder, { recursive: true });
  const server = kind === 'postgres' ? await sharedPostgres() : undefined;
  const database = server
    ? await openPostgres({ url: server.url, log: quiet })
    : await openEmbedded({ folder, log: quiet });
  if (!options.empty) await migrate(database, { log: quiet });
  return {
    database,
    url: server?.url,
    folder,
    async close() {
      await database.close();
      await server?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let template: Promise<string> | undefined;

/** A folder with an empty embedded database: making one takes seconds, copying it does not. */
function embeddedTemplate(): Promise<string> {
  template ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'matre-template-'));
    await (await openEmbedded({ folder, log: quiet })).close();
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  })();
  return template;
}
