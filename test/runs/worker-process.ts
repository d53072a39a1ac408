/**
 * A complete worker as a separate process, with the settings of its environment. Prints `ready` when it claims runs. On
 * SIGTERM it stops gracefully, prints `stopped`, and ends.
 */
import { openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLog } from '../../src/log.ts';

const app = await openApp(loadConfig({ file: '/dev/null' }), { log: createLog({ level: 'silent' }) });
process.once('SIGTERM', async () => {
  await app.stopWorkers({ now: false });
  console.log('stopped');
  await app.close();
  process.exit(0);
});
await app.startWorkers();
console.log('ready');
