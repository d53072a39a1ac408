import type { Check } from './check.ts';
import { adminRefused } from './checks/admin-refused.ts';
import { cestsDiffer } from './checks/cests-differ.ts';
import { channelsRefused } from './checks/channels-refused.ts';
import { commandMissing } from './checks/command-missing.ts';
import { containerDead } from './checks/container-dead.ts';
import { containerNameTaken } from './checks/container-name-taken.ts';
import { containerOrphaned } from './checks/container-orphaned.ts';
import { containerStale } from './checks/container-stale.ts';
import { containerUnhealthy } from './checks/container-unhealthy.ts';
import { dataFolderOpen } from './checks/data-folder-open.ts';
import { databaseAnswers } from './checks/database-answers.ts';
import { diskFull } from './checks/disk-full.ts';
import { engineAway } from './checks/engine-away.ts';
import { filesApart } from './checks/files-apart.ts';
import { filesAway } from './checks/files-away.ts';
import { locksExclude } from './checks/locks-exclude.ts';
import { locksForeign } from './checks/locks-foreign.ts';
import { locksForgotten } from './checks/locks-forgotten.ts';
import { moduleAway, moduleEnvFileMissing } from './checks/module-away.ts';
import { modulesUnknown } from './checks/modules-unknown.ts';
import { patchesMisfit } from './checks/patches-misfit.ts';
import { processesLeft } from './checks/processes-left.ts';
import { queueStuck } from './checks/queue-stuck.ts';
import { scheduleDays, scheduleFails, scheduleOverdue } from './checks/schedules.ts';
import { selectionUnknown } from './checks/selection-unknown.ts';
import { seleniumAway } from './checks/selenium-away.ts';
import { seleniumSessionsLeft } from './checks/selenium-sessions-left.ts';
import { shopAway } from './checks/shop-away.ts';
import { storesOpen } from './checks/stores-open.ts';
import { waitsRanOut } from './checks/waits-ran-out.ts';
import { workersAway } from './checks/workers-away.ts';

/** All checks. Each depends at most on those before it: the first problem is the one to fix first. */
export const checks: readonly Check[] = [
  databaseAnswers,
  locksExclude,
  locksForeign,
  locksForgotten,
  workersAway,
  filesApart,
  filesAway,
  queueStuck,
  scheduleOverdue,
  scheduleFails,
  scheduleDays,
  channelsRefused,
  dataFolderOpen,
  diskFull,
  engineAway,
  storesOpen,
  containerNameTaken,
  containerStale,
  containerUnhealthy,
  processesLeft,
  containerOrphaned,
  containerDead,
  moduleAway,
  moduleEnvFileMissing,
  patchesMisfit,
  cestsDiffer,
  selectionUnknown,
  seleniumAway,
  seleniumSessionsLeft,
  shopAway,
  adminRefused,
  modulesUnknown,
  commandMissing,
  waitsRanOut,
];
