// A process that watches one scope, for tests: the settings `condition of the test` and `every of the test` say what it sees, and how often.
import { startWatcher } from '../../src/alerts/watcher.ts';
import { createLog } from '../../src/log.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createAlerts } from '../../src/store/tables/alerts.ts';
import { readSetting } from '../../src/store/tables/settings.ts';

const [url = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const database = await openPostgres({ url, log });

startWatcher({
  alerts: createAlerts({ database }),
  log,
  everyMs: 10,
  scopes: async () => [
    {
      scope: 'test',
      everyMs: 10,
      firstMs: 10,
      maxMs: 500,
      async observe() {
        const subject = await readSetting(database, 'condition of the test');
        const condition = { key: 'k', subject: 'k', message: 'It is broken.', action: 'Mend it.', page: '/' };
        const present = subject === 'present' ? [condition] : [];
        return [{ source: 'test', kind: 'environment-broken', present, undecided: [], endReason: '' }];
      },
    },
  ],
});
console.log('ready');
