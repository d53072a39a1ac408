import { listAlerts } from './alerts/alerts.ts';
import { listChannelKinds } from './channels/channel-kinds.ts';
import {
  addChannel,
  disableChannel,
  editChannel,
  enableChannel,
  listChannels,
  removeChannel,
  showChannel,
} from './channels/channels.ts';
import { testChannel } from './channels/test-channel.ts';
import { compare } from './compare/compare.ts';
import { listPool, prunePool, replaceContainer } from './containers/containers.ts';
import { listLocks, releaseLock } from './containers/locks.ts';
import type { AnyOperation } from './core/operation.ts';
import { importEnvironments } from './environments/env-import.ts';
import { showContainer, showEffective } from './environments/environment-detail.ts';
import {
  addEnvironment,
  editEnvironment,
  listEnvironments,
  pauseEnvironment,
  removeEnvironment,
  resumeEnvironment,
  showEnvironment,
} from './environments/environments.ts';
import { showModules } from './environments/modules-view.ts';
import { exportVariables, importVariables } from './environments/variable-import.ts';
import { compareVariables, listVariableUsers, showVariableUsage } from './environments/variable-usage.ts';
import {
  cancelRotation,
  editVariable,
  listVariables,
  rotateVariable,
  setVariables,
  unsetVariable,
} from './environments/variables.ts';
import { addHook, editHook, listHooks, listRunHooks, removeHook, showHook, testHook } from './hooks/hooks.ts';
import { checkLint, completeUsed, showLintTree, showUses } from './lint/lint.ts';
import { listMessages, listSubmissionMessages, retryMessage } from './messages/messages.ts';
import { showAttention } from './overview/attention.ts';
import { showOverview } from './overview/overview.ts';
import { applyProject, previewProject } from './project/project.ts';
import { makeAllureReport } from './reports/allure-report.ts';
import { reportAllure, reportCsv, reportJunit, reportResults } from './reports/reports.ts';
import {
  addReservation,
  changeReservation,
  endReservation,
  listReservations,
} from './reservations/reservations.ts';
import { showChangesSincePass } from './results/changes-since-pass.ts';
import { listResults, listSteps } from './results/run-results.ts';
import { listSources } from './results/test-sources.ts';
import { showRetention } from './retention/retention.ts';
import {
  addRule,
  disableRule,
  editRule,
  enableRule,
  listRules,
  removeRule,
  showRule,
} from './rules/rules.ts';
import { listSubscriptions, removeSubscription, setSubscription } from './rules/subscriptions.ts';
import {
  listTemplates,
  previewTemplate,
  resetTemplate,
  setTemplate,
  showTemplate,
} from './rules/templates.ts';
import { tryRule } from './rules/try-rule.ts';
import { listRuns } from './runs/list-runs.ts';
import { showLiveView } from './runs/live-view.ts';
import { pinRun, unpinRun } from './runs/pin.ts';
import { showProgress } from './runs/progress.ts';
import { listArtifacts, readLog, showRun } from './runs/run-record.ts';
import { cancelRun, prioritiseRun, retryRun, submitRuns } from './runs/runs.ts';
import {
  addSavedSelection,
  disableSavedSelection,
  duplicateSavedSelection,
  editSavedSelection,
  enableSavedSelection,
  listSavedSelections,
  removeSavedSelection,
  showSavedSelection,
} from './saved-selections/saved-selections.ts';
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
} from './schedules/schedules.ts';
import {
  listSubmissions,
  showLatestSubmission,
  showMatrix,
  showSubmission,
} from './submissions/submissions.ts';
import { listCestChecks, resetCestChecks } from './system/cest-checks.ts';
import { fixDoctor, showDoctor } from './system/doctor.ts';
import { listFaults } from './system/faults.ts';
import { showConfig, showStatus } from './system/status.ts';
import { listChangedTests, showTestChanges } from './tests/changed-tests.ts';
import { completeTests, showTestHistory } from './tests/test-history.ts';
import { showTestSteps } from './tests/test-steps.ts';
import { listTestStatistics, listTests, previewRuns } from './tests/tests.ts';
import { showTrends } from './trends/trends.ts';
import { listNotes, removeNote, setNote, showCause } from './triage/notes.ts';
import { addQuarantine, changeQuarantine, endQuarantine, listQuarantines } from './triage/quarantines.ts';
import { listAudit } from './users/audit.ts';
import {
  beginSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  renewRecoveryCodes,
  showSecondFactor,
} from './users/second-factor.ts';
import { createToken, listTokens, revokeToken } from './users/tokens.ts';
import {
  addUser,
  createResetLink,
  editUser,
  listUsers,
  removeSecondFactor,
  removeUser,
} from './users/users.ts';

/** All operations. The server makes a route of each. */
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
  showModules,
  listVariables,
  setVariables,
  importVariables,
  exportVariables,
  showVariableUsage,
  listVariableUsers,
  compareVariables,
  editVariable,
  unsetVariable,
  rotateVariable,
  cancelRotation,
  addHook,
  listHooks,
  showHook,
  editHook,
  removeHook,
  testHook,
  listRunHooks,
  listTests,
  listTestStatistics,
  completeTests,
  checkLint,
  showUses,
  completeUsed,
  showLintTree,
  showTestHistory,
  showTestSteps,
  listChangedTests,
  showTestChanges,
  previewRuns,
  submitRuns,
  listRuns,
  showRun,
  showProgress,
  listResults,
  showChangesSincePass,
  listSources,
  listSteps,
  showLiveView,
  readLog,
  listArtifacts,
  reportJunit,
  reportAllure,
  makeAllureReport,
  reportResults,
  reportCsv,
  cancelRun,
  prioritiseRun,
  pinRun,
  unpinRun,
  retryRun,
  addReservation,
  listReservations,
  changeReservation,
  endReservation,
  compare,
  addQuarantine,
  changeQuarantine,
  listQuarantines,
  endQuarantine,
  addSavedSelection,
  listSavedSelections,
  showSavedSelection,
  editSavedSelection,
  duplicateSavedSelection,
  disableSavedSelection,
  enableSavedSelection,
  removeSavedSelection,
  showCause,
  listNotes,
  setNote,
  removeNote,
  previewProject,
  applyProject,
  addSchedule,
  listSchedules,
  showSchedule,
  editSchedule,
  pauseSchedule,
  resumeSchedule,
  removeSchedule,
  fireSchedule,
  previewSchedule,
  listChannelKinds,
  addChannel,
  listChannels,
  showChannel,
  editChannel,
  enableChannel,
  disableChannel,
  testChannel,
  removeChannel,
  listMessages,
  retryMessage,
  listSubmissionMessages,
  addRule,
  listRules,
  showRule,
  editRule,
  tryRule,
  enableRule,
  disableRule,
  removeRule,
  listSubscriptions,
  setSubscription,
  removeSubscription,
  listTemplates,
  showTemplate,
  setTemplate,
  resetTemplate,
  previewTemplate,
  listSubmissions,
  showSubmission,
  showMatrix,
  showLatestSubmission,
  listPool,
  replaceContainer,
  prunePool,
  listLocks,
  releaseLock,
  listCestChecks,
  resetCestChecks,
  listAlerts,
  showRetention,
  showOverview,
  showAttention,
  showTrends,
  showStatus,
  showConfig,
  listFaults,
  showDoctor,
  fixDoctor,
  listUsers,
  addUser,
  editUser,
  removeUser,
  createResetLink,
  removeSecondFactor,
  showSecondFactor,
  beginSecondFactor,
  enableSecondFactor,
  disableSecondFactor,
  renewRecoveryCodes,
  listTokens,
  createToken,
  revokeToken,
  listAudit,
] as unknown as AnyOperation[];
