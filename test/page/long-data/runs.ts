import { causeOf } from '../../../src/model/failure.ts';
import { emptySelection, type Selection } from '../../../src/model/selection.ts';
import { testCount } from './catalog.ts';
import { minutesAgo } from './insert.ts';
import {
  brokenMessage,
  commitSubject,
  environmentCount,
  failureMessages,
  groups,
  requesters,
  scheduleName,
  suites,
  testName,
} from './names.ts';

/** The environments of the schedule, from 0; each has a run of every night. */
const nightlyEnvironments = 8;
const nights = 21;
const testsOfNight = 40;
const dayMinutes = 24 * 60;

type Row = Record<string, unknown>;

export interface RunRows {
  runs: Row[];
  plans: Row[];
  results: Row[];
  attempts: Row[];
  events: Row[];
  durations: Row[];
  submissions: Row[];
  /** Runs that views are opened with, and submissions. */
  ids: Record<
    'failed' | 'running' | 'waiting' | 'passed' | 'retried' | 'large' | 'submission' | 'largeSubmission',
    number
  >;
}

type Status = 'passed' | 'failed' | 'broken' | 'skipped';

/** Tests and their outcome in a night: one fails since some days, one is flaky, one fails in one shop, the rest pass. */
function nightStatus(test: number, night: number, environment: number): Status {
  if (test === 0) return night > 15 ? 'failed' : 'passed';
  if (test === 1) return (night * 7 + environment * 3) % 4 === 0 ? 'failed' : 'passed';
  if (test === 2) return environment === 3 ? 'failed' : 'passed';
  if (test === 3) return night % 6 === 5 ? 'broken' : 'passed';
  if (test === 4) return 'skipped';
  if (test < 10) return night === nights - 1 && environment < 3 ? 'failed' : 'passed';
  return 'passed';
}

function largeStatus(test: number): Status {
  if (test % 45 === 0) return 'failed';
  if (test % 250 === 3) return 'broken';
  return test % 97 === 4 ? 'skipped' : 'passed';
}

const selections: Selection[] = [
  { ...emptySelection, groups: ['smoke'] },
  { ...emptySelection, tests: Array.from({ length: 24 }, (_, index) => testName(index)) },
  { ...emptySelection, suites, exclude: [testName(0)] },
  { ...emptySelection, groups: groups.slice(1, 4), exclude: [testName(40), testName(60)] },
  { ...emptySelection, all: true },
];

const commitOf = (night: number) => ({
  commit_id: night.toString(16).padStart(2, '0').repeat(20),
  commit_subject: commitSubject(night),
});

/** The rows of all runs; the ids are the positions, from 1. Environments have the ids 1 to 200. */
export function runRows(): RunRows {
  const rows: Omit<RunRows, 'ids'> = {
    runs: [],
    plans: [],
    results: [],
    attempts: [],
    events: [],
    durations: [],
    submissions: [],
  };

  const addRun = (environment: number, kind: number, fields: Row): number => {
    const id = rows.runs.length + 1;
    rows.runs.push({
      ...{ id, environment_id: environment + 1, selection: selections[kind % selections.length] },
      ...{ priority: id % 11 === 0 ? 100 : 0, requested_by: requesters[id % requesters.length] },
      ...{ state: 'queued', phase: null, verdict: null, reason_code: null, reason_message: null },
      ...{
        commit_id: null,
        commit_subject: null,
        attempt: 0,
        fence: null,
        worker_id: null,
        lease_until: null,
      },
      ...{
        retry_of: null,
        retry_at: null,
        counts: null,
        started_at: null,
        finished_at: null,
        schedule_id: null,
        submission_id: null,
      },
      ...{ queued_at: minutesAgo(10), cancel_requested: false },
      ...fields,
    });
    return id;
  };

  const addResults = (
    run: number,
    tests: number,
    at: number,
    statusOf: (test: number) => Status,
    until = tests,
  ) => {
    for (let test = 0; test < tests; test++) {
      const place = {
        run_id: run,
        test: testName(test),
        suite: test < 12 ? (suites[Math.floor(test / 6)] ?? '') : '',
      };
      rows.plans.push({ ...place, position: test + 1, started_at: test === until ? minutesAgo(1) : null });
      if (test >= until) continue;
      rows.results.push({ ...place, ...resultFields(test, at, statusOf(test)) });
    }
  };

  const finish = (
    environment: number,
    kind: number,
    at: number,
    counts: Record<Status, number>,
    fields: Row = {},
  ) => {
    const planned = counts.passed + counts.failed + counts.broken + counts.skipped;
    const verdict = counts.broken > 0 ? 'broken' : counts.failed > 0 ? 'failed' : 'passed';
    return addRun(environment, kind, {
      ...{ state: 'finished', verdict, counts: { planned, ...counts }, attempt: 1, fence: 1 },
      worker_id: 'harbour-worker-03.northern-warehouse.example.org/4711/3',
      ...{ queued_at: minutesAgo(at + 90), started_at: minutesAgo(at + 70), finished_at: minutesAgo(at) },
      ...fields,
    });
  };

  const addSubmission = (at: number, fields: Row): number => {
    const id = rows.submissions.length + 1;
    rows.submissions.push({
      ...{ id, name: null, schedule_id: null, requested_by: requesters[1] },
      ...{ created_at: minutesAgo(at), finished_at: minutesAgo(at - 240), verdict: 'failed' },
      ...fields,
    });
    return id;
  };

  for (let night = 0; night < nights; night++) {
    // Before the first of its runs starts.
    const submittedAt = (nights - night) * dayMinutes - 1200 + nightlyEnvironments * 20 + 90;
    const submission = addSubmission(submittedAt, {
      ...{ name: scheduleName(0), schedule_id: 1, selection: selections[0] },
      environment_ids: Array.from({ length: nightlyEnvironments }, (_, index) => index + 1),
    });
    for (let environment = 0; environment < nightlyEnvironments; environment++) {
      const statusOf = (test: number) => nightStatus(test, night, environment);
      const at = (nights - night) * dayMinutes - 1200 + environment * 20;
      const fields = {
        ...{ ...commitOf(night), schedule_id: 1, requested_by: requesters[1] },
        ...{ submission_id: submission, queued_at: minutesAgo(submittedAt) },
      };
      addResults(
        finish(environment, 0, at, count(testsOfNight, statusOf), fields),
        testsOfNight,
        at,
        statusOf,
      );
    }
  }
  const failed = rows.runs.length;

  const submission = rows.submissions.length;
  const largeSubmission = addSubmission(270, { selection: selections[4], environment_ids: [1] });
  const large = finish(0, 4, 180, count(testCount, largeStatus), {
    ...commitOf(nights),
    submission_id: largeSubmission,
  });
  addResults(large, testCount, 180, largeStatus);

  for (let environment = 0; environment < environmentCount; environment++) {
    for (const [nth, at] of [700, 200, 30].entries()) {
      const kind = (environment + nth) % 5;
      const counts = { passed: 180, failed: kind === 1 ? 4 : 0, broken: 0, skipped: 2 };
      const fields =
        kind === 3
          ? { verdict: 'broken', reason_code: 'CONTAINER_VANISHED', reason_message: brokenMessage }
          : kind === 4
            ? { verdict: 'cancelled' }
            : {};
      finish(environment, kind, at + (environment % 20), counts, { ...commitOf(nights), ...fields });
    }
  }
  const passed = rows.runs.length - 2;

  const start = (environment: number, phase: string, fields: Row = {}) =>
    addRun(environment, environment, {
      ...{
        state: 'running',
        phase,
        attempt: 1,
        fence: 2,
        lease_until: minutesAgo(-600),
        ...commitOf(nights),
      },
      worker_id: 'harbour-worker-03.northern-warehouse.example.org/4711/1',
      ...{ started_at: minutesAgo(25), queued_at: minutesAgo(40), ...fields },
    });
  const running = start(1, 'testing');
  addResults(running, 200, 5, largeStatus, 80);
  start(2, 'preparing');
  start(3, 'generating');
  const other = start(8, 'testing', { cancel_requested: true });
  addResults(other, 60, 5, largeStatus, 12);

  const retried = finish(9, 1, 400, count(testsOfNight, largeStatus), { attempt: 4, retry_of: large });
  addResults(retried, testsOfNight, 400, largeStatus);
  addAttempts(rows, retried);

  const waiting = addRun(1, 1, { requested_by: requesters[3] });
  for (let environment = 0; environment < 104; environment++) {
    const retry = {
      retry_at: minutesAgo(-5),
      attempt: 1,
      reason_code: 'CONTAINER_VANISHED',
      reason_message: brokenMessage,
    };
    addRun(environment, environment, {
      queued_at: minutesAgo(60 - (environment % 60)),
      ...(environment % 10 === 6 && retry),
    });
  }

  for (let test = 0; test < testCount; test++) {
    for (let environment = 0; environment < (test < testsOfNight ? nightlyEnvironments : 2); environment++) {
      rows.durations.push({
        ...{ test: testName(test), suite: '', environment_id: environment + 1 },
        ...{ recent_ms: [41_000 + test * 17, 39_000, 42_500], recent: historyOf(test), steps: 41 },
        updated_at: minutesAgo(180 + (test % 4000)),
      });
    }
  }
  return { ...rows, ids: { failed, running, waiting, passed, retried, large, submission, largeSubmission } };
}

function resultFields(test: number, at: number, status: Status): Row {
  const message = status === 'failed' ? (failureMessages[test % failureMessages.length] as string) : null;
  return {
    ...{ attempt: 1, status, message: status === 'broken' ? brokenMessage : message },
    reason_code: status === 'broken' ? 'CONTAINER_VANISHED' : null,
    reason_message: status === 'broken' ? brokenMessage : null,
    ...{
      started_at: minutesAgo(at + 1),
      duration_ms: 8000 + ((test * 7919) % 240_000),
      recorded_at: minutesAgo(at),
    },
    ...{ attachments: [], history: historyOf(test) },
    cause: message === null ? null : (causeOf(message) ?? null),
    step_title: message === null ? null : `see: the total of the order in the summary of ${testName(test)}`,
    ...{ step_number: message === null ? null : 23, step_of: message === null ? null : 41 },
  };
}

const historyOf = (test: number) =>
  test % 50 === 1 ? '.x.x..x.x.' : test % 45 === 0 ? '.......xxx' : '..........';

function count(tests: number, statusOf: (test: number) => Status): Record<Status, number> {
  const counts = { passed: 0, failed: 0, broken: 0, skipped: 0 };
  for (let test = 0; test < tests; test++) counts[statusOf(test)] += 1;
  return counts;
}

function addAttempts(rows: Omit<RunRows, 'ids'>, run: number): void {
  for (const [index, outcome] of ['lost', 'handed-back', 'broken', 'finished'].entries()) {
    const isBroken = outcome === 'broken';
    rows.attempts.push({
      ...{ run_id: run, attempt: index + 1, fence: index + 1, outcome },
      worker_id: `harbour-worker-0${index}.northern-warehouse.example.org/4711/3`,
      ...{ started_at: minutesAgo(470 - index * 15), ended_at: minutesAgo(460 - index * 15) },
      reason_code: isBroken ? 'CONTAINER_VANISHED' : null,
      reason_message: isBroken ? brokenMessage : null,
    });
    rows.events.push({
      run_id: run,
      at: minutesAgo(460 - index * 15),
      code: 'CONTAINER_REPLACED',
      message: brokenMessage,
    });
  }
}
