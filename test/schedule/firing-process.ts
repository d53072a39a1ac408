// A process that fires due schedules, for tests: it polls, by a clock that is stored in the database.
import { setTimeout as pause } from 'node:timers/promises';
import { createLog } from '../../src/log.ts';
import { createFirer } from '../../src/schedule/fire.ts';
import { fireDue } from '../../src/schedule/scheduler.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createSchedules } from '../../src/store/tables/schedules.ts';
import { readSetting } from '../../src/store/tables/settings.ts';

const [url = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const database = await openPostgres({ url, log });
const clock = async () => new Date((await readSetting(database, 'clock of the test')) ?? 0);
const schedules = createSchedules({ database });
const firer = createFirer({ database, clock, resolveSelection: async () => undefined });

console.log('ready');
for (;;) {
  await fireDue({ schedules, firer, clock, log });
  await pause(5);
}
