// For each line of standard input, `<URL of a database> <data folder>`: opens the stores as each process of matre does at its start,
// waits for another line, and prints as JSON the id of the installation and a digest of the key that it works with, or the error.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase, openStores } from '../../src/app/stores.ts';
import { createDataFolder } from '../../src/artifacts/data-folder.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLog } from '../../src/log.ts';
import { readInstallation } from '../../src/store/tables/settings.ts';

const log = createLog({ level: 'silent' });

const lines = createInterface(process.stdin)[Symbol.asyncIterator]();

async function start(url: string, folder: string): Promise<{ installation: string; key: string }> {
  const config = loadConfig({ environment: { DATABASE_URL: url, MATRE_DATA: folder }, file: '/dev/null' });
  await createDataFolder(folder);
  const database = await openDatabase(config, log);
  try {
    await openStores(config, log, database);
    console.log('open');
    await lines.next();
    const installation = await readInstallation(database);
    const key = createHash('sha256').update(await readFile(join(folder, 'secret.key')));
    return { installation, key: key.digest('hex') };
  } finally {
    await database.close();
  }
}

console.log('ready');
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const [url = '', folder = ''] = line.value.split(' ');
  console.log(JSON.stringify(await start(url, folder).catch((error: Error) => ({ error: error.message }))));
}
