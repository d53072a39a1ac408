// Starts a server on the database of its first argument, and prints its URL; ends with SIGTERM.
import { openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLog } from '../../src/log.ts';
import { startServer } from '../../src/server/http/server.ts';

const [url = '', redis = '', folder = ''] = process.argv.slice(2);
const environment = {
  ...{ MATRE_DATA: folder, MATRE_PORT: '0', MATRE_SIGN_IN: 'off', MATRE_ENGINE: 'sandbox' },
  ...{ DATABASE_URL: url, LOCK_DSN: redis },
};
const app = await openApp(loadConfig({ environment, file: '/dev/null' }), {
  log: createLog({ level: 'error' }),
});
const server = await startServer(app.context, '0.0.0');
console.log(server.url);
process.once('SIGTERM', async () => {
  await server.close();
  await app.close();
});
