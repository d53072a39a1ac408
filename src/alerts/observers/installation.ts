import type { FindingReport } from '../../doctor/check.ts';
import { type FaultCode, faults } from '../../faults/fault.ts';
import {
  type Alert,
  type AlertCondition,
  type AlertObservation,
  brokenStreak,
  noWorkerKey,
} from '../../model/alert.ts';
import { durationText } from '../../model/duration.ts';
import type { AlertQueries, FruitlessSchedule, WaitingHead } from '../../store/tables/alert-queries.ts';
import { commonWaitReason, type WorkerProcess } from '../../store/tables/workers.ts';

/** From when on what the database shows is an alert. */
export interface AlertLimits {
  /** Broken runs in a row; 0: never. */
  brokenRuns: number;
  /** Milliseconds for which a run may wait; 0: any. */
  queueAgeMs: number;
}

const hour = 3_600_000;
/** A lost worker that never came back, and that no other on its host replaced, is not waited for any longer. */
const missedForMs = 24 * hour;
/** An hourly schedule that leaves a time out because its last runs take long is no news; a nightly one is. */
const maxSkipped = 3;
const maxIdleMs = 20 * hour;

/** The environments whose last runs were all broken. A paused one is left unchanged: nothing runs there. */
export async function observeEnvironments(
  queries: Pick<AlertQueries, 'recentVerdicts'>,
  { brokenRuns }: Pick<AlertLimits, 'brokenRuns'>,
): Promise<AlertObservation> {
  const observation = {
    source: 'environment-broken',
    kind: 'environment-broken' as const,
    endReason: 'The environment was removed, or MATRE_ALERT_BROKEN_RUNS changed.',
  };
  if (brokenRuns === 0) return { ...observation, present: [], undecided: [] };
  const environments = await queries.recentVerdicts(brokenRuns);
  const active = environments.filter(({ paused }) => !paused);
  return {
    ...observation,
    present: active
      .filter(({ verdicts }) => brokenStreak(verdicts) >= brokenRuns)
      .map(({ code, since, lastRun, reason }): AlertCondition => {
        const count = brokenRuns === 1 ? 'last run was' : `last ${brokenRuns} runs were`;
        const cause = reason === undefined ? '' : ` Run ${lastRun}: ${reason.message} (${reason.code})`;
        return {
          key: code,
          subject: code,
          message: `The ${count} broken on ${code}, since ${minute(since)}.${cause}`,
          action: remedyOf(reason?.code) ?? `matre show ${lastRun} says why.`,
          page: `/environments/${code}`,
          common: `The ${count} broken${reason === undefined ? '' : ` with ${reason.code}`}`,
        };
      }),
    undecided: environments.filter(({ paused }) => paused).map(({ code }) => code),
    endReasons: new Map(
      active.map(({ code, lastRun, verdicts }) => [code, `Run ${lastRun}: ${verdicts[0]}.`]),
    ),
  };
}

const remedyOf = (code: string | undefined): string | undefined =>
  code !== undefined && Object.hasOwn(faults, code) ? faults[code as FaultCode].remedy : undefined;

/** `2026-11-29 03:04 UTC` */
const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** One condition for the whole queue: when workers are missing, everything waits. */
export async function observeQueue(
  { queries, workers }: { queries: Pick<AlertQueries, 'waitingHeads'>; workers: readonly WorkerProcess[] },
  { queueAgeMs }: Pick<AlertLimits, 'queueAgeMs'>,
): Promise<AlertObservation> {
  const heads = queueAgeMs === 0 ? [] : await queries.waitingHeads(queueAgeMs);
  return {
    source: 'queue-old',
    kind: 'queue-old',
    present: heads.length === 0 ? [] : [describeQueue(heads, workers, queueAgeMs)],
    undecided: [],
    endReason: `No run waits longer than ${durationText(queueAgeMs)} any more.`,
  };
}

function describeQueue(
  heads: readonly WaitingHead[],
  workers: readonly WorkerProcess[],
  queueAgeMs: number,
): AlertCondition {
  const [oldest] = heads as [WaitingHead];
  const live = workers.filter(({ alive, stopping }) => alive && !stopping);
  const slots = live.reduce((sum, worker) => sum + worker.slots, 0);
  const shared = commonWaitReason(workers);
  const [cause, action] =
    live.length === 0
      ? ['No process executes runs.', 'Start workers: matre worker, or matre up.']
      : shared !== undefined
        ? [`No worker can start a run: ${shared.message} (${shared.code})`, faults[shared.code].remedy]
        : [
            `Workers up: ${live.length}, with ${slots} slots.`,
            'matre status says what each run waits for. When all slots are busy, start more workers, or raise MATRE_WORKERS; else run matre doctor.',
          ];
  const first = `run ${oldest.head} on ${oldest.code}, since ${minute(oldest.queuedAt)}`;
  const waiting =
    heads.length === 1
      ? `A run has waited longer than ${durationText(queueAgeMs)} although its environment is free: ${first}.`
      : `Runs of ${heads.length} environments have waited longer than ${durationText(queueAgeMs)} although these are free; the first is ${first}.`;
  return {
    key: 'queue',
    subject: 'queue',
    message: `${waiting} ${cause}`,
    action,
    page: '/',
  };
}

const noWorker: AlertCondition = {
  key: noWorkerKey,
  subject: 'no worker',
  message: 'No process executes runs, so queued runs wait.',
  action: 'Start workers: matre worker, or matre up.',
  page: '/',
};

/**
 * The workers without a heartbeat, or that there is none. A worker that was replaced, because another on its host started later, is over. The row of a lost
 * worker is removed when another registers, so an open alert stays for a day when nothing replaced its worker.
 */
export function observeWorkers(
  workers: readonly WorkerProcess[],
  { open, now }: { open: readonly Alert[]; now: Date },
): AlertObservation {
  const alive = workers.filter((worker) => worker.alive);
  const isReplaced = ({ host, seenAt }: Pick<WorkerProcess, 'host' | 'seenAt'>) =>
    alive.some((other) => other.host === host && other.startedAt > seenAt);
  const slots = alive.filter(({ stopping }) => !stopping).reduce((sum, worker) => sum + worker.slots, 0);
  const left = slots === 0 ? 'No worker slot is left.' : `${slots} worker slots are left.`;
  const rows = new Set(workers.map(({ id }) => id));
  const missing: string[] = [];
  const endReasons = new Map<string, string>();
  for (const { keys, lastSeenAt } of open) {
    for (const key of keys.filter((each) => each !== noWorkerKey)) {
      const host = key.slice(0, key.lastIndexOf('/'));
      if (alive.some(({ id }) => id === key)) endReasons.set(key, 'It sends heartbeats again.');
      else if (isReplaced({ host, seenAt: lastSeenAt })) {
        endReasons.set(key, 'A worker that started later on its host replaced it.');
      } else if (rows.has(key)) continue;
      else if (now.getTime() - lastSeenAt.getTime() < missedForMs) missing.push(key);
      else endReasons.set(key, 'It did not come back within a day.');
    }
  }
  const lost = workers
    .filter((worker) => !worker.alive && !isReplaced(worker))
    .map(({ id, host, pid, seenAt, slots }) => ({
      key: id,
      subject: id,
      message: `Worker ${id} with ${slots} slots has sent no heartbeat since ${minute(seenAt)}. ${left} Its runs were requeued.`,
      action: `Check process ${pid} on ${host} (ps -p ${pid}), and start the worker again.`,
      page: '/',
      common: `Workers have sent no heartbeat; ${left.charAt(0).toLowerCase()}${left.slice(1, -1)}`,
    }));
  // A lost worker is reported by its own name.
  const areAllStopped = alive.length === 0 && lost.length === 0 && missing.length === 0;
  return {
    source: 'worker-lost',
    kind: 'worker-lost',
    present: areAllStopped ? [noWorker] : lost,
    undecided: missing,
    endReasons,
    endReason: alive.length > 0 ? 'Workers are up.' : 'It was stopped.',
  };
}

/** Schedules that fired nothing: findings of the doctor, and times that were skipped. */
export function observeSchedules(
  fruitless: readonly FruitlessSchedule[],
  findings: readonly FindingReport[],
): AlertObservation {
  const page = (name: string) => `/schedules/${encodeURIComponent(name)}`;
  const problems = findings.filter(({ status, code }) => status === 'problem' && code !== 'INTERNAL');
  const present = new Map(
    problems.map(({ about, message, remedy }): [string, AlertCondition] => {
      const key = about ?? 'schedules';
      const where = about === undefined ? '/schedules' : page(about);
      return [key, { key, subject: key, message, action: remedy ?? 'matre schedule list', page: where }];
    }),
  );
  for (const schedule of fruitless) {
    const { name, reason } = schedule;
    if (present.has(name) || !isSkippedTooOften(schedule)) continue;
    const often = schedule.times === 1 ? 'its last time' : `${schedule.times} times in a row`;
    present.set(name, {
      key: name,
      subject: name,
      message: `Schedule ${name} submitted nothing ${often}: ${reason?.message ?? 'it was skipped.'}`,
      action: `matre schedule show ${JSON.stringify(name)}; submit it now with matre schedule fire ${JSON.stringify(name)}`,
      page: page(name),
    });
  }
  // A check that cannot find out says so without a schedule.
  const isUnknown = findings.some(({ status, code }) => status === 'unknown' || code === 'INTERNAL');
  return {
    source: 'schedule-failed',
    kind: 'schedule-failed',
    present: [...present.values()],
    undecided: isUnknown ? 'others' : [],
    endReason: 'It submits runs again, or was paused, changed or removed.',
  };
}

/** Not one that a user switched off: nothing is to be done there. */
function isSkippedTooOften({ outcome, reason, times, idleMs }: FruitlessSchedule): boolean {
  if (outcome !== 'skipped' || reason?.code === 'SAVED_SELECTION_DISABLED') return false;
  if (reason?.code === 'SCHEDULE_MISSED' || times >= maxSkipped) return true;
  return idleMs === undefined || idleMs >= maxIdleMs;
}
