import { createLog } from '../../src/log.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { withClient } from './postgres.ts';

/** Creates a database with the schema on a server, for `sharedPostgres` to copy. Returns its name. */
export async function createPostgresTemplate(serverUrl: string): Promise<string> {
  const name = 'matre_template';
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const log = createLog({ level: 'silent' });
  const database = await openPostgres({ url: url.href, log });
  await migrate(database, { log }).finally(() => database.close());
  return name;
}
