import { listAudit } from './audit.ts';
import { fixDoctor, showDoctor } from './doctor.ts';
import { importEnvironments } from './env-import.ts';
import { showContainer, showEffective } from './environment-detail.ts';
import {
  addEnvironment,
  editEnvironment,
  listEnvironments,
  pauseEnvironment,
  removeEnvironment,
  resumeEnvironment,
  showEnvironment,
} from './environments.ts';
import { listFaults } from './faults.ts';
import { showLiveView } from './live-view.ts';
import { listLocks, releaseLock } from './locks.ts';
import type { AnyOperation } from './operation.ts';
import { showOverview } from './overview.ts';
import { listPool, prunePool, replaceContainer } from './pool.ts';
import { showProgress } from './progress.ts';
import { listArtifacts, readLog, reportJunit, showRun } from './run-record.ts';
import { listResults, listSteps } from './run-results.ts';
import { cancelRun, listRuns, prioritiseRun, retryRun, submitRuns } from './runs.ts';
import {
  addSchedule,
  editSchedule,
  fireSchedule,
  listSchedules,
  pauseSchedule,
  previewSchedule,
  removeSchedule,
  resumeSchedule,
  showSchedule,
} from './schedules.ts';
import { showConfig, showStatus } from './status.ts';
import { completeTests, showTestHistory } from './test-history.ts';
import { listTestFigures, listTests, previewRuns } from './tests.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { addUser, editUser, listUsers, removeUser } from './users.ts';
import { listVariables, setVariables, unsetVariable } from './variables.ts';

/** Everything that people can ask for: the server makes a route of each. */
export const operations = [
  addEnvironment,
  listEnvironments,
  showEnvironment,
  editEnvironment,
  pauseEnvironment,
  resumeEnvironment,
  removeEnvironment,
  importEnvironments,
  showContainer,
  showEffective,
  listVariables,
  setVariables,
  unsetVariable,
  listTests,
  listTestFigures,
  completeTests,
  showTestHistory,
  previewRuns,
  submitRuns,
  listRuns,
  showRun,
  showProgress,
  listResults,
  listSteps,
  showLiveView,
  readLog,
  listArtifacts,
  reportJunit,
  cancelRun,
  prioritiseRun,
  retryRun,
  addSchedule,
  listSchedules,
  showSchedule,
  editSchedule,
  pauseSchedule,
  resumeSchedule,
  removeSchedule,
  fireSchedule,
  previewSchedule,
  listPool,
  replaceContainer,
  prunePool,
  listLocks,
  releaseLock,
  showOverview,
  showStatus,
  showConfig,
  listFaults,
  showDoctor,
  fixDoctor,
  listUsers,
  addUser,
  editUser,
  removeUser,
  listTokens,
  createToken,
  revokeToken,
  listAudit,
] as unknown as AnyOperation[];
