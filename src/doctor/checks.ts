import { adminRefused } from './admin-refused.ts';
import type { Check } from './check.ts';
import { containerNameTaken } from './container-name-taken.ts';
import { containerOrphaned } from './container-orphaned.ts';
import { containerStale } from './container-stale.ts';
import { containerUnhealthy } from './container-unhealthy.ts';
import { databaseAnswers } from './database-answers.ts';
import { diskFull } from './disk-full.ts';
import { engineAway } from './engine-away.ts';
import { filesApart } from './files-apart.ts';
import { locksExclude } from './locks-exclude.ts';
import { locksForgotten } from './locks-forgotten.ts';
import { moduleAway, moduleEnvFileMissing } from './module.ts';
import { processesLeft } from './processes-left.ts';
import { queueStuck } from './queue-stuck.ts';
import { scheduleFails, scheduleOverdue } from './schedules.ts';
import { seleniumAway } from './selenium-away.ts';
import { seleniumSessionsLeft } from './selenium-sessions-left.ts';
import { shopAway } from './shop-away.ts';
import { workersAway } from './workers-away.ts';

/** All checks, in the order of what depends on what: the first problem is the one to mend first. */
export const checks: readonly Check[] = [
  databaseAnswers,
  locksExclude,
  locksForgotten,
  workersAway,
  filesApart,
  queueStuck,
  scheduleOverdue,
  scheduleFails,
  diskFull,
  engineAway,
  containerNameTaken,
  containerStale,
  containerUnhealthy,
  processesLeft,
  containerOrphaned,
  moduleAway,
  moduleEnvFileMissing,
  seleniumAway,
  seleniumSessionsLeft,
  shopAway,
  adminRefused,
];
