import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { lockNames } from '../../src/locks/lock.ts';
import type { Database } from '../../src/store/database/database.ts';
import { Cancelled, type Runner } from '../../src/worker/runner.ts';
import { kinds, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { createGate, createHarness, scriptedRunner } from './harness.ts';
import { passed } from './results.ts';

describe.each(kinds)('workers on %s', (kind) => {
  let testDatabase: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
  });
  afterAll(() => testDatabase.close());

  it('invariant 1, invariant 2: one run at a time in an environment, in order; environments in parallel', async () => {
    const harness = createHarness(database);
    const environments = [
      await harness.environment(),
      await harness.environment(),
      await harness.environment(),
    ];
    const runIds: number[][] = [[], [], []];
    for (let round = 0; round < 3; round++) {
      for (const [index, environment] of environments.entries()) {
        runIds[index]?.push(await harness.submit(environment));
      }
    }
    const gate = createGate();
    const inside = new Map<number, number>();
    const order = new Map<number, number[]>();
    const runner: Runner = async (job) => {
      const { id } = job.environment;
      expect(inside.get(id) ?? 0).toBe(0);
      inside.set(id, 1);
      order.set(id, [...(order.get(id) ?? []), job.run.id]);
      try {
        return await scriptedRunner(['A'], () => gate.pass(job.run.id, job.abort))(job);
      } finally {
        inside.set(id, 0);
      }
    };
    // Two processes, from the view of the queue.
    await harness.workers(runner, { slots: 2 });
    await harness.workers(runner, { slots: 2 });
    for (let round = 0; round < 3; round++) {
      const heads = runIds.map((runs) => runs[round] ?? 0);
      await waitFor(() => heads.every((run) => gate.waiting().includes(run)));
      expect(gate.waiting()).toHaveLength(3);
      for (const run of heads) gate.release(run);
    }
    for (const runs of runIds) {
      for (const run of runs)
        expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    }
    expect(environments.map(({ id }) => order.get(id))).toEqual(runIds);
    // No run found its environment locked by the run before.
    expect(harness.lines.some((line) => line.msg === 'Environment locked, skipping')).toBe(false);
  });

  it('starts a run of higher priority first, and wakes up for a later run', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const gate = createGate();
    const first = await harness.submit(environment);
    await harness.workers(
      scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)),
      { slots: 1, pollMs: 3_600_000 },
    );
    await gate.at(first);
    const normal = await harness.submit(environment);
    const urgent = await harness.submit(environment, { priority: 1 });
    gate.release(first);
    await gate.at(urgent);
    gate.release(urgent);
    await gate.at(normal);
    gate.release(normal);
    await harness.finished(normal);
    // With all runs finished, the worker sleeps, and the poll is too slow to wake it.
    const later = await harness.submit(environment);
    await gate.at(later);
    gate.release(later);
    await harness.finished(later);
  });

  it('derives the verdict from the results', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const results: ('passed' | 'failed' | 'broken' | 'skipped' | 'none')[][] = [
      ['passed', 'skipped'],
      ['passed', 'failed'],
      ['failed', 'broken'],
      ['passed', 'none'],
      [],
    ];
    const ids: number[] = [];
    for (const _ of results) ids.push(await harness.submit(environment));
    await harness.workers(async ({ run, record }) => {
      const statuses = results[ids.indexOf(run.id)] ?? [];
      await record.plan(statuses.map((_, index) => ({ name: `T${index}`, suite: undefined })));
      for (const [index, status] of statuses.entries()) {
        if (status !== 'none') await record.result({ ...passed(`T${index}`), status });
      }
      return { kind: 'finished' };
    });
    const verdicts = [];
    for (const id of ids) verdicts.push((await harness.finished(id)).verdict);
    expect(verdicts).toEqual(['passed', 'failed', 'broken', 'broken', 'broken']);
  });

  it('invariant 9: a fault makes a run broken with its reason, and a bug in the runner is logged', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const endings: Runner[] = [
      async () => ({ kind: 'broken', reason: { code: 'IMAGE_MISSING', message: 'There is no image x.' } }),
      async () => {
        throw new Fault('MODULE_CHECKOUT_FAILED', 'No such branch.');
      },
      async () => {
        throw new TypeError('undefined is not a function');
      },
    ];
    const ids: number[] = [];
    for (const _ of endings) ids.push(await harness.submit(environment));
    await harness.workers(
      (job) => endings[ids.indexOf(job.run.id)]?.(job) ?? Promise.reject(new Error('no runner')),
    );
    const finishedRuns = [];
    for (const id of ids) finishedRuns.push(await harness.finished(id));
    expect(finishedRuns).toMatchObject([
      { verdict: 'broken', reason: { code: 'IMAGE_MISSING', message: 'There is no image x.' } },
      { verdict: 'broken', reason: { code: 'MODULE_CHECKOUT_FAILED', message: 'No such branch.' } },
      { verdict: 'broken', reason: { code: 'INTERNAL', message: 'undefined is not a function' } },
    ]);
    const line = await harness.waitForLog('The runner failed');
    expect(line).toMatchObject({ run: ids[2], err: { stack: expect.stringContaining('worker.test.ts') } });
  });

  it('cancels a queued run and a running one', async () => {
    // The lease is so long that its renewal cannot deliver the cancel.
    const harness = createHarness(database, { leaseMs: 600_000 });
    const environment = await harness.environment();
    const running = await harness.submit(environment);
    const queued = await harness.submit(environment);
    const gate = createGate();
    const reasons: unknown[] = [];
    await harness.workers(
      scriptedRunner(['A', 'B'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
    );
    await gate.at(running);
    await harness.runs.cancel(queued);
    await harness.runs.cancel(running);
    expect(await harness.finished(running)).toMatchObject({
      verdict: 'cancelled',
      counts: { planned: 2, passed: 0 },
    });
    expect(await harness.finished(queued)).toMatchObject({ verdict: 'cancelled', attempt: 0 });
    expect(reasons).toEqual([expect.any(Cancelled)]);
    expect(gate.arrived).toEqual([running]);
  });

  it('invariant 4: a graceful stop requeues a run, and the next worker repeats no finished test', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const next = await harness.submit(environment);
    const gate = createGate();
    const executedTests: string[] = [];
    const runner = scriptedRunner(['A', 'B', 'C'], (test, { runId, attempt, abort }) => {
      if (runId === run) executedTests.push(`${test} in ${attempt}`);
      return gate.pass(runId, abort);
    });
    const first = await harness.workers(runner);
    await gate.at(run);
    gate.release(run);
    await waitFor(() => executedTests.length === 2 && gate.waiting().includes(run));
    const stopping = first.stop();
    expect(first.status().stopping).toBe(true);
    gate.release(run);
    await stopping;
    expect(await harness.runs.get(run)).toMatchObject({
      state: 'queued',
      attempt: 1,
      counts: { planned: 3, passed: 2 },
    });
    expect(await harness.locks.list()).toEqual([]);
    await harness.workers(runner);
    await gate.at(run);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { planned: 3, passed: 3 },
    });
    expect(executedTests).toEqual(['A in 1', 'B in 1', 'C in 2']);
    await gate.at(next);
  });

  it('aborts at the second signal, and requeues the run', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const gate = createGate();
    const workers = await harness.workers(
      scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)),
    );
    await gate.at(run);
    expect(workers.status().slots.filter((slot) => slot.run)).toMatchObject([
      { run: { id: run, environmentCode: environment.code } },
    ]);
    const gracefully = workers.stop();
    await workers.stopNow();
    await gracefully;
    expect(await harness.runs.get(run)).toMatchObject({ state: 'queued', attempt: 1 });
    expect(workers.status().slots.every((slot) => slot.run === undefined)).toBe(true);
    expect(await harness.locks.list()).toEqual([]);
  });

  it('logs `Environment locked, skipping`, spends no attempt, and tries the next run', async () => {
    const harness = createHarness(database);
    const [locked, free] = [await harness.environment(), await harness.environment()];
    const other = await harness.locks.tryAcquire(lockNames.environment(locked.id), {
      owner: 'another owner',
    });
    const waiting = await harness.submit(locked);
    const after = await harness.submit(free);
    await harness.workers(scriptedRunner(['A']), { slots: 1 });
    await harness.finished(after);
    expect(await harness.waitForLog('Environment locked, skipping')).toMatchObject({
      env: locked.code,
      run: waiting,
    });
    // A claim counts an attempt until the lock is refused again.
    await waitFor(async () => (await harness.runs.get(waiting)).attempt === 0);
    expect(await harness.runs.get(waiting)).toMatchObject({ verdict: undefined });
    await other?.release();
    expect(await harness.finished(waiting)).toMatchObject({ verdict: 'passed', attempt: 1 });
  });

  it('waits for the execution lock of a run that was started elsewhere, and can be cancelled meanwhile', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const foreignLock = await harness.locks.acquire(lockNames.execution(environment.id), {
      owner: 'another owner',
    });
    const cancelled = await harness.submit(environment);
    const run = await harness.submit(environment);
    await harness.workers(scriptedRunner(['A']));
    await waitFor(async () => (await harness.runs.get(cancelled)).counts.planned === 1);
    await harness.runs.cancel(cancelled);
    expect(await harness.finished(cancelled)).toMatchObject({ verdict: 'cancelled', counts: { passed: 0 } });
    await waitFor(async () => (await harness.runs.get(run)).counts.planned === 1);
    await foreignLock.release();
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed' });
  });

  it('requeues a run when its lock is lost, and marks it broken when that repeats', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const attempts: number[] = [];
    const gate = createGate();
    await harness.workers(
      scriptedRunner(['A'], (_, { runId, attempt, abort }) => {
        attempts.push(attempt);
        return gate.pass(runId, abort);
      }),
      { maxAttempts: 3 },
    );
    const names = [lockNames.environment, lockNames.execution, lockNames.environment];
    for (const [index, name] of names.entries()) {
      await waitFor(() => attempts.length === index + 1 && gate.waiting().includes(run));
      await harness.locks.forceRelease(name(environment.id));
    }
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'broken',
      attempt: 3,
      reason: { code: 'LOCK_LOST' },
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('invariant 3: continues without a runner that does not end after its run was cancelled', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const [stuckRun, next] = [await harness.submit(environment), await harness.submit(environment)];
    const started: number[] = [];
    await harness.workers(
      (job) => {
        started.push(job.run.id);
        return job.run.id === stuckRun ? new Promise(() => {}) : scriptedRunner(['A'])(job);
      },
      { slots: 1, graceMs: 100 },
    );
    await waitFor(() => started.includes(stuckRun));
    await harness.runs.cancel(stuckRun);
    expect(await harness.finished(stuckRun)).toMatchObject({ verdict: 'cancelled' });
    expect(await harness.finished(next)).toMatchObject({ verdict: 'passed' });
  });

  it('invariant 5: stops without an error when another worker claimed the run', async () => {
    const harness = createHarness(database);
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const gate = createGate();
    const reasons: unknown[] = [];
    await harness.workers(
      scriptedRunner(['A'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
      { slots: 1 },
    );
    await gate.at(run);
    // As if the lease had expired long ago, and the next worker were quick.
    await database.query('UPDATE run SET fence = fence + 1 WHERE id = $1', [run]);
    await harness.waitForLog('Another worker has the run now; nothing more was written');
    expect(reasons).toEqual([expect.objectContaining({ code: 'STALE_FENCE' })]);
    expect(await harness.runs.get(run)).toMatchObject({ state: 'running', counts: { passed: 0 } });
    expect(await harness.locks.list()).toEqual([]);
  });
});
