import { describe, expect, it } from 'vitest';
import { type Evidence, lifetimesIn } from './evidence.ts';
import { breakagesOfStalls, unexplainedBreakages } from './explanation.ts';
import type { Consequences } from './fault-kind.ts';
import { faultKinds } from './faults.ts';
import { judge } from './judge.ts';

/** Two correct runs on one environment: run 1 lost a worker in its second test and continued on another. */
function correctEvidence(): Evidence {
  const lifetime = { environmentId: 7, code: 0 };
  const finished = { pid: 200, outcome: 'finished' as const, reason: null };
  return {
    acknowledged: [1, 2],
    retries: [],
    retryEvents: [],
    reservations: [],
    injections: [],
    stalls: [],
    absences: [{ pid: 100, kind: 'dead', from: 300, to: undefined }],
    lifetimes: [
      { ...lifetime, runId: 1, fence: 1, test: 'A', from: 100, to: 200 },
      { ...lifetime, runId: 1, fence: 1, test: 'B', from: 220, to: 900, code: undefined },
      { ...lifetime, runId: 1, fence: 2, test: 'B', from: 5_000, to: 5_200 },
      { ...lifetime, runId: 2, fence: 3, test: 'A', from: 6_000, to: 6_200 },
    ],
    runs: [1, 2].map((id) => ({
      id,
      environmentId: 7,
      state: 'finished',
      verdict: 'passed',
      reason: null,
      finishedAt: 7_000,
      retryFailed: 0,
      reservationId: undefined,
    })),
    attempts: [
      { runId: 1, attempt: 1, fence: 1, pid: 100, outcome: 'lost', reason: 'WORKER_LOST', endedAt: 4_000 },
      { ...finished, runId: 1, attempt: 2, fence: 2, endedAt: 5_400 },
      { ...finished, runId: 2, attempt: 1, fence: 3, endedAt: 6_400 },
    ],
    results: [
      { runId: 1, test: 'A', attempt: 1, status: 'passed', reason: null, recordedAt: 210 },
      { runId: 1, test: 'B', attempt: 1, status: 'broken', reason: 'WORKER_LOST', recordedAt: 4_000 },
      { runId: 1, test: 'B', attempt: 2, status: 'passed', reason: null, recordedAt: 5_300 },
      { runId: 2, test: 'A', attempt: 1, status: 'passed', reason: null, recordedAt: 6_300 },
    ],
    hooks: [],
    decisions: [],
    planned: [
      { runId: 1, test: 'A' },
      { runId: 1, test: 'B' },
      { runId: 2, test: 'A' },
    ],
  };
}

const limits = { deadMs: 1_000, hungMs: 2_000, retries: 1 };
const kindsIn = (evidence: Evidence) => judge(evidence, limits).map(({ kind }) => kind);

/** Changes one element of a list. */
function change<T>(list: T[], index: number, changes: Partial<T>): void {
  Object.assign(list[index] as object, changes);
}

describe('the judge of the faults', () => {
  it('reports no violation for correct evidence', () => {
    expect(judge(correctEvidence(), limits)).toEqual([]);
  });

  it('allows a run inside its own reservation, before runs that were submitted earlier', () => {
    const evidence = correctEvidence();
    evidence.reservations.push({ id: 4, environmentId: 7, from: 5_500, to: 7_000 });
    change(evidence.runs, 1, { reservationId: 4 });
    expect(judge(evidence, limits)).toEqual([]);
  });

  it('allows a retry of a run that is broken for a transient reason', () => {
    const evidence = correctEvidence();
    change(evidence.attempts, 0, { outcome: 'broken', reason: 'CONTAINER_VANISHED' });
    change(evidence.results, 1, { reason: 'CONTAINER_VANISHED' });
    expect(judge(evidence, limits)).toEqual([]);
  });

  it.each<[string, string, (evidence: Evidence) => void]>([
    ['a run that is missing', 'lost', ({ acknowledged }) => acknowledged.push(3)],
    ['a run without an end', 'lost', ({ runs }) => change(runs, 1, { state: 'running', verdict: null })],
    ['tests of two runs at the same time', 'overlap', ({ lifetimes }) => change(lifetimes, 2, { to: 6_100 })],
    [
      'tests of two claims at the same time',
      'overlap',
      ({ lifetimes }) => change(lifetimes, 1, { to: 5_100 }),
    ],
    [
      'a later run that starts first',
      'order',
      ({ lifetimes }) =>
        lifetimes.unshift({ ...lifetimes[3], runId: 2, fence: 0, from: 10, to: 20 } as never),
    ],
    [
      'a later run that is claimed first and executes nothing',
      'order',
      ({ attempts }) =>
        attempts.splice(
          2,
          1,
          { ...attempts[0], runId: 2, fence: 0, pid: 200 } as never,
          { ...attempts[2], attempt: 2 } as never,
        ),
    ],
    [
      'a run that starts inside a reservation',
      'reserved',
      ({ reservations }) => reservations.push({ id: 4, environmentId: 7, from: 5_500, to: 7_000 }),
    ],
    [
      'a process that lives on inside a reservation',
      'reserved',
      ({ reservations }) => reservations.push({ id: 4, environmentId: 7, from: 400, to: 800 }),
    ],
    ['a process of an old fence', 'late-writer', ({ lifetimes }) => change(lifetimes, 3, { fence: 1 })],
    [
      'two results of one test',
      'doubled',
      ({ results }) => results.push({ ...results[0], attempt: 2 } as never),
    ],
    [
      'a test that is executed although it has a result',
      'doubled',
      ({ lifetimes }) =>
        lifetimes.splice(3, 0, { ...lifetimes[2], test: 'A', from: 5_400, to: 5_500 } as never),
    ],
    [
      'a test that is executed again for a permanent reason',
      'doubled',
      ({ results }) => change(results, 1, { reason: 'OUT_OF_MEMORY' }),
    ],
    [
      'a test that is executed twice in one attempt',
      'doubled',
      ({ lifetimes }) => lifetimes.splice(2, 0, { ...lifetimes[1], from: 4_500, to: 4_600 } as never),
    ],
    [
      'a run that continues after its end',
      'history',
      ({ attempts }) => change(attempts, 0, { outcome: 'broken', reason: 'OUT_OF_MEMORY' }),
    ],
    [
      'a run that is retried too often',
      'history',
      ({ attempts }) => {
        const broken = { outcome: 'broken', reason: 'CONTAINER_VANISHED' } as const;
        change(attempts, 0, broken);
        change(attempts, 1, broken);
        attempts.push({ ...attempts[2], runId: 1, attempt: 3, fence: 4 } as never);
      },
    ],
    ['an attempt without an end', 'history', ({ attempts }) => change(attempts, 0, { outcome: null })],
    ['a missing attempt', 'history', ({ attempts }) => change(attempts, 1, { attempt: 3 })],
    ['a fence that decreases', 'history', ({ attempts }) => change(attempts, 1, { fence: 1 })],
    [
      'a run that passed although its last attempt was lost',
      'history',
      ({ attempts }) => change(attempts, 2, { outcome: 'lost' }),
    ],
    [
      'an attempt that ended with an internal error',
      'mistake',
      ({ attempts }) => change(attempts, 1, { reason: 'INTERNAL' }),
    ],
    ['a process of no attempt', 'history', ({ lifetimes }) => change(lifetimes, 3, { fence: 5 })],
    ['a test that outlives its worker', 'outlived', ({ lifetimes }) => change(lifetimes, 1, { to: 1_400 })],
    ['a run that failed', 'failed', ({ runs }) => change(runs, 0, { verdict: 'failed' })],
    ['a test that failed', 'failed', ({ results }) => change(results, 3, { status: 'failed' })],
    [
      'a passed test that never ended',
      'false-pass',
      ({ lifetimes }) => change(lifetimes, 3, { code: undefined }),
    ],
    [
      'a passed run without a result of a planned test',
      'false-pass',
      ({ planned }) => planned.push({ runId: 2, test: 'B' }),
    ],
  ])('finds %s', (_, kind, corrupt) => {
    const evidence = correctEvidence();
    corrupt(evidence);
    expect(kindsIn(evidence)).toContain(kind);
  });

  /** Run 2, whose shaky test failed, was retried by a user. */
  function retriedEvidence(): Evidence {
    const evidence = correctEvidence();
    const shaky = { runId: 2, test: 'ShakyTest' };
    evidence.planned.push(shaky);
    evidence.results.push({ ...shaky, attempt: 1, status: 'failed', reason: null, recordedAt: 6_350 });
    evidence.results.push({ ...shaky, attempt: 2, status: 'passed', reason: null, recordedAt: 8_300 });
    const lifetime = { ...shaky, environmentId: 7 };
    evidence.lifetimes.push({ ...lifetime, fence: 3, from: 6_310, to: 6_340, code: 1 });
    evidence.lifetimes.push({ ...lifetime, fence: 4, from: 8_000, to: 8_200, code: 0 });
    const finished = { pid: 200, outcome: 'finished' as const, reason: null };
    evidence.attempts.push({ ...finished, runId: 2, attempt: 2, fence: 4, endedAt: 8_400 });
    evidence.retries.push({ runId: 2, after: 1 });
    evidence.retryEvents.push({ runId: 2, count: 1 });
    return evidence;
  }

  it('allows a retry by a user, and an automatic one as often as the run says', () => {
    expect(judge(retriedEvidence(), limits)).toEqual([]);
    const automatic = { ...retriedEvidence(), retries: [], retryEvents: [] };
    expect(kindsIn(automatic)).toEqual(expect.arrayContaining(['history', 'doubled']));
    change(automatic.runs, 1, { retryFailed: 1 });
    expect(judge(automatic, limits)).toEqual([]);
  });

  it.each<[string, string, (evidence: Evidence) => void]>([
    ['a retry without an attempt', 'lost', ({ retries }) => retries.push({ runId: 2, after: 2 })],
    ['a retry that was lost', 'lost', ({ retryEvents }) => retryEvents.splice(0)],
    ['a retry that was made twice', 'doubled', ({ retryEvents }) => change(retryEvents, 0, { count: 2 })],
    ['a retry that did not execute its test', 'lost', ({ results }) => results.splice(5)],
    [
      'a retry that executed a test again that had passed',
      'doubled',
      ({ results }) => results.push({ ...results[3], attempt: 2, recordedAt: 8_350 } as never),
    ],
    [
      'two results of a retry',
      'doubled',
      ({ results, attempts }) => {
        results.push({ ...results[5], attempt: 3, recordedAt: 8_390 } as never);
        attempts.push({ ...attempts[3], attempt: 3, fence: 5 } as never);
      },
    ],
  ])('finds %s', (_, kind, corrupt) => {
    const evidence = retriedEvidence();
    corrupt(evidence);
    expect(kindsIn(evidence)).toContain(kind);
  });

  it('reads the journals of the processes', () => {
    const line = (event: string, monotonic: number, more = {}) =>
      JSON.stringify({
        event,
        command: 'codecept',
        pid: 9,
        token: 'run-12-34',
        test: 'tests/functional/Magento/_generated/default/SleepTestCest.php',
        monotonic,
        ...more,
      });
    const journal = `${line('start', 10)}\n${line('beat', 260)}\n${line('end', 300, { code: 0 })}\n${line('start', 400)}\n`;
    expect(lifetimesIn(journal, 7)).toEqual([
      { environmentId: 7, runId: 12, fence: 34, test: 'SleepTest', from: 10, to: 300, code: 0 },
      { environmentId: 7, runId: 12, fence: 34, test: 'SleepTest', from: 400, to: 400, code: undefined },
    ]);
  });
});

describe('the judge of what is broken', () => {
  /** The correct evidence, whose worker 100 was killed at 300 and lost its attempt at 4,000; what a fault may break. */
  function evidenceWith(mayBreak: Partial<Consequences>, environmentId = 7): Evidence {
    const evidence = correctEvidence();
    evidence.injections.push({
      kind: 'worker killed',
      on: 'worker',
      mayBreak: { codes: ['WORKER_LOST'], where: 'process', withinS: 10, ...mayBreak },
      at: 300,
      undoneAt: 300,
      pid: 100,
      hasSpareWorker: true,
      affectedRuns: [],
      affectedIds: [environmentId],
    });
    return evidence;
  }
  const messagesOf = (evidence: Evidence) => unexplainedBreakages(evidence).map(({ message }) => message);

  it('accepts what a fault explains', () => {
    expect(messagesOf(evidenceWith({}))).toEqual([]);
    expect(messagesOf(evidenceWith({ where: 'environment' }))).toEqual([]);
  });

  it('counts the time from the moment when the fault was undone', () => {
    const evidence = evidenceWith({ withinS: 1 });
    change(evidence.injections, 0, { undoneAt: 3_500 });
    expect(messagesOf(evidence)).toEqual([]);
  });

  it('accepts a hook that was interrupted with its worker, also when a reservation kept the run waiting since', () => {
    const evidence = evidenceWith({ withinS: 1_000 });
    change(evidence.runs, 0, { verdict: 'broken', reason: 'HOOK_INTERRUPTED', finishedAt: 100_000 });
    expect(messagesOf(evidence)).toEqual([]);
    change(evidence.attempts, 0, { endedAt: 60_000 });
    expect(messagesOf(evidence)).toEqual([expect.stringContaining('run 1 is HOOK_INTERRUPTED')]);
  });

  it('judges a verdict by the time of its decision, if only hooks after the tests came since', () => {
    const evidence = evidenceWith({ withinS: 1_000 });
    change(evidence.attempts, 1, { outcome: 'broken', reason: 'WORKER_LOST', endedAt: 2_000_000 });
    change(evidence.runs, 0, { verdict: 'broken', reason: 'WORKER_LOST', finishedAt: 2_000_000 });
    expect(messagesOf(evidence)).toEqual([
      expect.stringContaining('run 1 is WORKER_LOST'),
      expect.stringContaining('attempt 2 of run 1 is WORKER_LOST'),
    ]);
    evidence.decisions.push({ runId: 1, code: 'WORKER_LOST', at: 4_000 });
    expect(messagesOf(evidence)).toHaveLength(2);
    evidence.lifetimes.splice(2, 1);
    expect(messagesOf(evidence)).toEqual([]);
    change(evidence.decisions, 0, { code: 'RESULT_MISSING' });
    expect(messagesOf(evidence)).toHaveLength(2);
  });

  it.each<[string, Evidence]>([
    ['in another environment', evidenceWith({ where: 'environment' }, 8)],
    ['too late', evidenceWith({ withinS: 1 })],
    ['with another code', evidenceWith({ codes: ['RESULT_MISSING'] })],
    ['without a fault', correctEvidence()],
  ])('finds an attempt and a test that are broken %s', (_, evidence) => {
    expect(messagesOf(evidence)).toEqual([
      expect.stringContaining('attempt 1 of run 1 is WORKER_LOST'),
      expect.stringContaining('B in attempt 1 of run 1 is WORKER_LOST'),
    ]);
  });

  it('finds what is broken before the fault, and in another worker process', () => {
    const early = evidenceWith({});
    change(early.injections, 0, { at: 4_200, undoneAt: 4_200 });
    expect(messagesOf(early)).toHaveLength(2);
    const elsewhere = evidenceWith({});
    change(elsewhere.injections, 0, { pid: 300 });
    expect(messagesOf(elsewhere)).toHaveLength(2);
  });

  it('finds a broken run: by its own reason, else by those of its tests, else for having none', () => {
    const evidence = evidenceWith({});
    change(evidence.runs, 1, { verdict: 'broken', reason: 'CONTAINER_NAME_TAKEN' });
    expect(messagesOf(evidence)).toEqual([
      'run 2 is CONTAINER_NAME_TAKEN (environment 7, process 200, at 7.000 s), which no fault explains; latest: none',
    ]);
    change(evidence.runs, 1, { reason: null });
    expect(messagesOf(evidence)).toEqual([expect.stringContaining('run 2 is without a reason')]);
    change(evidence.results, 3, { status: 'broken', reason: 'RESULT_MISSING' });
    expect(messagesOf(evidence)).toEqual([
      expect.stringContaining('A in attempt 1 of run 2 is RESULT_MISSING'),
    ]);
  });

  it('accepts a lost worker when the machine was too busy for it, and says so', () => {
    const evidence = correctEvidence();
    evidence.stalls.push({ from: 1_000, to: 2_000 });
    expect(messagesOf(evidence)).toEqual([]);
    expect(breakagesOfStalls(evidence)).toBe(2);
    evidence.stalls = [{ from: 4_100, to: 5_000 }];
    expect(messagesOf(evidence)).toHaveLength(2);
  });

  it('accepts nothing else because of a busy machine', () => {
    const evidence = evidenceWith({});
    evidence.stalls.push({ from: 1_000, to: 2_000 });
    change(evidence.attempts, 0, { reason: 'CONTAINER_NAME_TAKEN' });
    expect(messagesOf(evidence)).toHaveLength(1);
    expect(breakagesOfStalls(evidence)).toBe(0);
  });

  it('knows no fault that may break anything by a mistake of matre', () => {
    for (const { name, mayBreak } of faultKinds) {
      expect(mayBreak.codes, name).not.toContain('INTERNAL');
      expect(mayBreak.withinS, name).toBeLessThanOrEqual(12);
    }
  });
});
