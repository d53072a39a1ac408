/**
 * A worker with everything, as a process of its own; settings as in its environment. Says `ready` when it takes runs. SIGTERM:
 * it stops gracefully, says `stopped`, and ends.
 */
import { openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/config.ts';
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
