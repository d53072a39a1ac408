import { importEnvironments } from './env-import.ts';
import {
  addEnvironment,
  editEnvironment,
  listEnvironments,
  pauseEnvironment,
  removeEnvironment,
  resumeEnvironment,
  showEnvironment,
} from './environments.ts';
import { listLocks, releaseLock } from './locks.ts';
import type { AnyOperation } from './operation.ts';
import { listPool, prunePool, replaceContainer } from './pool.ts';
import { showProgress } from './progress.ts';
import { listArtifacts, readLog, reportJunit, showRun } from './run-record.ts';
import { cancelRun, listRuns, retryRun, submitRuns } from './runs.ts';
import { showConfig, showStatus } from './status.ts';
import { listTests, previewRuns } from './tests.ts';
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
  listVariables,
  setVariables,
  unsetVariable,
  listTests,
  previewRuns,
  submitRuns,
  listRuns,
  showRun,
  showProgress,
  readLog,
  listArtifacts,
  reportJunit,
  cancelRun,
  retryRun,
  listPool,
  replaceContainer,
  prunePool,
  listLocks,
  releaseLock,
  showStatus,
  showConfig,
] as unknown as AnyOperation[];
