import { readFileSync } from 'node:fs';
import type { Status } from '../../src/model/result.ts';
import type { RunState, Verdict } from '../../src/model/run.ts';
import type { Database } from '../../src/store/database/database.ts';
import type { AttemptOutcome } from '../../src/store/tables/attempts.ts';
import { monotonicMs } from './clock.ts';
import { clockStepMs } from './hooks.ts';
import type { Injection } from './injector.ts';
import { type Installation, processOf, type UserRetry } from './installation.ts';
import { type FinalReservation, readReservations } from './reservations.ts';
import type { Stall } from './stalls.ts';
import type { Absence } from './workers.ts';

/** A process of MFTF, as recorded by itself inside its container. Monotonic milliseconds. */
export interface Lifetime {
  environmentId: number;
  runId: number;
  fence: number;
  /** The executed test; `undefined` for a generation and a hook. */
  test: string | undefined;
  /** The executed hook. */
  hook?: string | undefined;
  from: number;
  /** Its end, or its last heartbeat: it sends one every quarter of a second. */
  to: number;
  /** Its end; `undefined` when it was killed. */
  code: number | undefined;
}

export interface FinalRun {
  id: number;
  environmentId: number;
  state: RunState;
  verdict: Verdict | null;
  reason: string | null;
  finishedAt: number | undefined;
  /** How often its failed tests may be retried automatically. */
  retryFailed: number;
  /** The reservation that it was submitted into. */
  reservationId: number | undefined;
}

export interface FinalAttempt {
  runId: number;
  attempt: number;
  fence: number;
  /** Of the worker process. */
  pid: number;
  outcome: AttemptOutcome | null;
  reason: string | null;
  endedAt: number | undefined;
}

export interface FinalResult {
  runId: number;
  test: string;
  attempt: number;
  status: Status;
  reason: string | null;
  recordedAt: number;
}

/** A hook of a run, as the database has it. */
export interface FinalHook {
  runId: number;
  round: number;
  name: string;
  moment: string;
  repeatable: boolean;
  state: string;
  code: string | null;
  starts: number;
  endedAt: number | undefined;
}

/** That a run was decided to be broken, before hooks after its tests which may have ended in a later attempt. */
export interface Decision {
  runId: number;
  /** The reason. */
  code: string;
  at: number;
}

/** The input of the judge: the journals of the containers, the final rows of the tables, and the injected faults. */
export interface Evidence {
  acknowledged: number[];
  /** Retries by a user: those that took effect, and their number by run as the events say. */
  retries: UserRetry[];
  retryEvents: { runId: number; count: number }[];
  lifetimes: Lifetime[];
  /** Those that began. */
  reservations: FinalReservation[];
  runs: FinalRun[];
  attempts: FinalAttempt[];
  results: FinalResult[];
  planned: { runId: number; test: string }[];
  hooks: FinalHook[];
  decisions: Decision[];
  absences: Absence[];
  injections: Injection[];
  /** When the machine was too busy for its tasks. */
  stalls: Stall[];
}

/** The part that each installation has of its own. */
export type OwnEvidence = Omit<Evidence, 'injections' | 'stalls'>;

/** The evidence of one installation; `journal` is the journal of the test processes of an environment. */
export async function gatherEvidence(
  { environments, workers, acknowledged, retries }: Installation,
  { database, journal }: { database: Database; journal: (code: string) => string },
): Promise<OwnEvidence> {
  /** Difference from the clock of the machine, which is that of the database, to the monotonic one. */
  const offset = monotonicMs() - Date.now();
  const moment = (date: Date | null) => (date === null ? undefined : date.getTime() + offset);
  const runs = await database.query<{
    id: number;
    environment_id: number;
    state: RunState;
    verdict: Verdict | null;
    reason_code: string | null;
    finished_at: Date | null;
    retry_failed: number | null;
    reservation_id: number | null;
  }>(
    `SELECT id, environment_id, state, verdict, reason_code, finished_at, reservation_id, (options ->> 'retryFailed')::int AS retry_failed
     FROM run ORDER BY id`,
  );
  const attempts = await database.query<{
    run_id: number;
    attempt: number;
    fence: number;
    worker_id: string;
    outcome: AttemptOutcome | null;
    reason_code: string | null;
    ended_at: Date | null;
  }>(
    `SELECT run_id, attempt, fence, worker_id, outcome, reason_code, ended_at
     FROM attempt ORDER BY run_id, attempt`,
  );
  const results = await database.query<{
    run_id: number;
    test: string;
    attempt: number;
    status: Status;
    reason_code: string | null;
    recorded_at: Date;
  }>('SELECT run_id, test, attempt, status, reason_code, recorded_at FROM result ORDER BY run_id, attempt');
  const planned = await database.query<{ run_id: number; test: string }>(
    'SELECT run_id, test FROM planned_test',
  );
  const hooks = await database.query<{
    run_id: number;
    round: number;
    name: string;
    moment: string;
    repeatable: boolean;
    state: string;
    code: string | null;
    starts: number;
    ended_at: Date | null;
  }>(
    'SELECT run_id, round, name, moment, repeatable, state, code, starts, ended_at FROM run_hook ORDER BY id',
  );
  const events = await database.query<{ run_id: number; count: number }>(
    `SELECT run_id, count(*)::int AS count FROM run_event WHERE code = 'RETRIED_BY_USER' GROUP BY run_id`,
  );
  const decisions = await database.query<{ run_id: number; at: Date; message: string }>(
    `SELECT run_id, at, message FROM run_event WHERE code = 'VERDICT_DECIDED' ORDER BY id`,
  );
  return {
    acknowledged,
    retries,
    retryEvents: events.map(({ run_id, count }) => ({ runId: run_id, count })),
    absences: workers.absences,
    reservations: await readReservations(database, offset),
    lifetimes: environments.flatMap(({ id, code }) => lifetimesIn(readJournal(journal(code)), id)),
    runs: runs.map((row) => ({
      id: row.id,
      environmentId: row.environment_id,
      state: row.state,
      verdict: row.verdict,
      reason: row.reason_code,
      finishedAt: moment(row.finished_at),
      retryFailed: row.retry_failed ?? 0,
      reservationId: row.reservation_id ?? undefined,
    })),
    attempts: attempts.map((row) => ({
      runId: row.run_id,
      attempt: row.attempt,
      fence: row.fence,
      pid: processOf(row.worker_id),
      outcome: row.outcome,
      reason: row.reason_code,
      endedAt: moment(row.ended_at),
    })),
    results: results.map((row) => ({
      runId: row.run_id,
      test: row.test,
      attempt: row.attempt,
      status: row.status,
      reason: row.reason_code,
      recordedAt: moment(row.recorded_at) ?? 0,
    })),
    planned: planned.map((row) => ({ runId: row.run_id, test: row.test })),
    decisions: decisions.map(({ run_id, at, message }) => ({
      runId: run_id,
      code: / is broken with (\w+);/.exec(message)?.[1] ?? '',
      at: moment(at) ?? 0,
    })),
    hooks: hooks.map(({ run_id, ended_at, ...row }) => ({
      ...row,
      runId: run_id,
      endedAt: moment(ended_at),
    })),
  };
}

/** Merges the evidence of several installations; their runs and environments have different numbers. */
export function joinEvidence(
  parts: OwnEvidence[],
  shared: Pick<Evidence, 'injections' | 'stalls'>,
): Evidence {
  const all = <Key extends keyof OwnEvidence>(key: Key) =>
    parts.flatMap((part) => part[key] as unknown[]) as Evidence[Key];
  return {
    ...shared,
    acknowledged: all('acknowledged'),
    retries: all('retries'),
    retryEvents: all('retryEvents'),
    lifetimes: all('lifetimes'),
    reservations: all('reservations'),
    runs: all('runs'),
    attempts: all('attempts'),
    results: all('results'),
    planned: all('planned'),
    hooks: all('hooks'),
    decisions: all('decisions'),
    absences: all('absences'),
  };
}

export function readJournal(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No test has started there yet.
    return '';
  }
}

/** In the order of their starts. */
export function lifetimesIn(journal: string, environmentId: number): Lifetime[] {
  const lifetimes: Lifetime[] = [];
  const latest = new Map<string, Lifetime>();
  for (const line of journal.split('\n').filter((text) => text !== '')) {
    const { event, pid, token, test, command, monotonic, code } = JSON.parse(line);
    const key = `${token} ${pid} ${test}`;
    const previous = latest.get(key);
    if (event !== 'start' && previous) {
      previous.to = monotonic;
      if (event === 'end') previous.code = code;
      continue;
    }
    const [, runId, fence] = /^run-(\d+)-(\d+)$/.exec(token) ?? [];
    const lifetime: Lifetime = {
      environmentId,
      runId: Number(runId),
      fence: Number(fence),
      test: testOf(command, test),
      ...(command === 'hook' && { hook: test }),
      from: command === 'hook' ? monotonic + clockStepMs : monotonic,
      to: monotonic,
      code: undefined,
    };
    lifetimes.push(lifetime);
    latest.set(key, lifetime);
  }
  return lifetimes.sort((a, b) => a.from - b.from);
}

/** The test that a process executes; `undefined` for one that executes none. */
function testOf(command: string, test: string): string | undefined {
  if (command === 'playwright') return test;
  return command === 'codecept' ? (/(\w+)Cest\.php$/.exec(test)?.[1] ?? test) : undefined;
}
