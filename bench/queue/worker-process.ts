// A process with workers for benches, until SIGTERM; then it prints its memory in bytes. A run takes the milliseconds
// in the name of its first test, or in the last argument.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openInstallation } from './matre.ts';

const [databaseUrl = '', redisUrl = '', slots = '4', ms] = process.argv.slice(2);
const installation = await openInstallation(databaseUrl, redisUrl);
const workers = installation.workers(Number(slots), async ({ run }) => {
  await delay(Number(ms ?? run.selection.tests[0]));
  return { kind: 'finished' };
});
await workers.start();
console.log('ready');
await once(process, 'SIGTERM');
await workers.stop();
console.log(process.memoryUsage.rss());
await installation.close();
