import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { lockNames } from '../../src/locks/lock.ts';
import type { Database } from '../../src/store/database/database.ts';
import { Cancelled, type Runner } from '../../src/worker/runner.ts';
import { kinds, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/wait-for.ts';
import { createGate, createStage, player } from './harness.ts';
import { passed } from './results.ts';

describe.each(kinds)('workers on %s', (kind) => {
  let opened: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    database = opened.database;
  });
  afterAll(() => opened.close());

  it('invariant 1, invariant 2: one run at a time in an environment, in order; environments in parallel', async () => {
    const stage = createStage(database);
    const environments = [await stage.environment(), await stage.environment(), await stage.environment()];
    const submitted: number[][] = [[], [], []];
    for (let round = 0; round < 3; round++) {
      for (const [index, environment] of environments.entries()) {
        submitted[index]?.push(await stage.submit(environment));
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
        return await player(['A'], () => gate.pass(job.run.id, job.abort))(job);
      } finally {
        inside.set(id, 0);
      }
    };
    // Two processes, as far as the queue can tell.
    await stage.workers(runner, { slots: 2 });
    await stage.workers(runner, { slots: 2 });
    for (let round = 0; round < 3; round++) {
      const heads = submitted.map((runs) => runs[round] ?? 0);
      await until(() => heads.every((run) => gate.waiting().includes(run)));
      expect(gate.waiting()).toHaveLength(3);
      for (const run of heads) gate.letGo(run);
    }
    for (const runs of submitted) {
      for (const run of runs)
        expect(await stage.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    }
    expect(environments.map(({ id }) => order.get(id))).toEqual(submitted);
    // Nobody found an environment locked by the run before.
    expect(stage.lines.some((line) => line.msg === 'Environment locked, skipping')).toBe(false);
  });

  it('starts a run of higher priority first, and wakes for a run that comes later', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const gate = createGate();
    const first = await stage.submit(environment);
    await stage.workers(
      player(['A'], (_, { runId, abort }) => gate.pass(runId, abort)),
      { slots: 1, pollMs: 60_000 },
    );
    await gate.at(first);
    const normal = await stage.submit(environment);
    const urgent = await stage.submit(environment, { priority: 1 });
    gate.letGo(first);
    await gate.at(urgent);
    gate.letGo(urgent);
    await gate.at(normal);
    gate.letGo(normal);
    await stage.finished(normal);
    // With all done: the worker sleeps, and the poll is too slow to be what wakes it.
    const later = await stage.submit(environment);
    await gate.at(later);
    gate.letGo(later);
    await stage.finished(later);
  });

  it('takes the verdict from the results', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const results: ('passed' | 'failed' | 'broken' | 'skipped' | 'none')[][] = [
      ['passed', 'skipped'],
      ['passed', 'failed'],
      ['failed', 'broken'],
      ['passed', 'none'],
      [],
    ];
    const ids: number[] = [];
    for (const _ of results) ids.push(await stage.submit(environment));
    await stage.workers(async ({ run, record }) => {
      const wanted = results[ids.indexOf(run.id)] ?? [];
      await record.plan(wanted.map((_, index) => ({ name: `T${index}`, suite: undefined })));
      for (const [index, status] of wanted.entries()) {
        if (status !== 'none') await record.result({ ...passed(`T${index}`), status });
      }
      return { kind: 'finished' };
    });
    const verdicts = [];
    for (const id of ids) verdicts.push((await stage.finished(id)).verdict);
    expect(verdicts).toEqual(['passed', 'failed', 'broken', 'broken', 'broken']);
  });

  it('invariant 9: a fault makes a run broken with its reason, and a mistake in the runner is told', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
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
    for (const _ of endings) ids.push(await stage.submit(environment));
    await stage.workers(
      (job) => endings[ids.indexOf(job.run.id)]?.(job) ?? Promise.reject(new Error('no runner')),
    );
    const ended = [];
    for (const id of ids) ended.push(await stage.finished(id));
    expect(ended).toMatchObject([
      { verdict: 'broken', reason: { code: 'IMAGE_MISSING', message: 'There is no image x.' } },
      { verdict: 'broken', reason: { code: 'MODULE_CHECKOUT_FAILED', message: 'No such branch.' } },
      { verdict: 'broken', reason: { code: 'INTERNAL', message: 'undefined is not a function' } },
    ]);
    const line = await stage.logged('The runner failed');
    expect(line).toMatchObject({ run: ids[2], err: { stack: expect.stringContaining('worker.test.ts') } });
  });

  it('cancels a queued run and a running one', async () => {
    // A lease so long that its renewal cannot be what brings the word.
    const stage = createStage(database, { leaseMs: 600_000 });
    const environment = await stage.environment();
    const running = await stage.submit(environment);
    const queued = await stage.submit(environment);
    const gate = createGate();
    const reasons: unknown[] = [];
    await stage.workers(
      player(['A', 'B'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
    );
    await gate.at(running);
    await stage.runs.cancel(queued);
    await stage.runs.cancel(running);
    expect(await stage.finished(running)).toMatchObject({
      verdict: 'cancelled',
      counts: { planned: 2, passed: 0 },
    });
    expect(await stage.finished(queued)).toMatchObject({ verdict: 'cancelled', attempt: 0 });
    expect(reasons).toEqual([expect.any(Cancelled)]);
    expect(gate.arrived).toEqual([running]);
  });

  it('invariant 4: a graceful stop hands a run back, and who resumes it repeats no finished test', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const run = await stage.submit(environment);
    const next = await stage.submit(environment);
    const gate = createGate();
    const played: string[] = [];
    const runner = player(['A', 'B', 'C'], (test, { runId, attempt, abort }) => {
      if (runId === run) played.push(`${test} in ${attempt}`);
      return gate.pass(runId, abort);
    });
    const first = await stage.workers(runner);
    await gate.at(run);
    gate.letGo(run);
    await until(() => played.length === 2 && gate.waiting().includes(run));
    const stopped = first.stop();
    expect(first.status().stopping).toBe(true);
    gate.letGo(run);
    await stopped;
    expect(await stage.runs.get(run)).toMatchObject({
      state: 'queued',
      attempt: 1,
      counts: { planned: 3, passed: 2 },
    });
    expect(await stage.locks.list()).toEqual([]);
    await stage.workers(runner);
    await gate.at(run);
    gate.letGo(run);
    expect(await stage.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { planned: 3, passed: 3 },
    });
    expect(played).toEqual(['A in 1', 'B in 1', 'C in 2']);
    await gate.at(next);
  });

  it('aborts at the second signal, and hands back', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const run = await stage.submit(environment);
    const gate = createGate();
    const workers = await stage.workers(player(['A'], (_, { runId, abort }) => gate.pass(runId, abort)));
    await gate.at(run);
    expect(workers.status().slots.filter((slot) => slot.run)).toMatchObject([
      { run: { id: run, environmentCode: environment.code } },
    ]);
    const gracefully = workers.stop();
    await workers.stopNow();
    await gracefully;
    expect(await stage.runs.get(run)).toMatchObject({ state: 'queued', attempt: 1 });
    expect(workers.status().slots.every((slot) => slot.run === undefined)).toBe(true);
    expect(await stage.locks.list()).toEqual([]);
  });

  it('logs `Environment locked, skipping`, spends no attempt, and looks at the next', async () => {
    const stage = createStage(database);
    const [locked, free] = [await stage.environment(), await stage.environment()];
    const other = await stage.locks.tryAcquire(lockNames.environment(locked.id), { owner: 'somebody' });
    const waiting = await stage.submit(locked);
    const after = await stage.submit(free);
    await stage.workers(player(['A']), { slots: 1 });
    await stage.finished(after);
    expect(await stage.logged('Environment locked, skipping')).toMatchObject({
      env: locked.code,
      run: waiting,
    });
    expect(await stage.runs.get(waiting)).toMatchObject({ verdict: undefined, attempt: 0 });
    await other?.release();
    expect(await stage.finished(waiting)).toMatchObject({ verdict: 'passed', attempt: 1 });
  });

  it('waits for the execution lock of a run that was started elsewhere, and can be cancelled meanwhile', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const elsewhere = await stage.locks.acquire(lockNames.execution(environment.id), { owner: 'somebody' });
    const cancelled = await stage.submit(environment);
    const run = await stage.submit(environment);
    await stage.workers(player(['A']));
    await until(async () => (await stage.runs.get(cancelled)).counts.planned === 1);
    await stage.runs.cancel(cancelled);
    expect(await stage.finished(cancelled)).toMatchObject({ verdict: 'cancelled', counts: { passed: 0 } });
    await until(async () => (await stage.runs.get(run)).counts.planned === 1);
    await elsewhere.release();
    expect(await stage.finished(run)).toMatchObject({ verdict: 'passed' });
  });

  it('hands a run back when its lock is lost, and calls it broken when that goes on', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const run = await stage.submit(environment);
    const attempts: number[] = [];
    const gate = createGate();
    await stage.workers(
      player(['A'], (_, { runId, attempt, abort }) => {
        attempts.push(attempt);
        return gate.pass(runId, abort);
      }),
      { maxAttempts: 3 },
    );
    const names = [lockNames.environment, lockNames.execution, lockNames.environment];
    for (const [index, name] of names.entries()) {
      await until(() => attempts.length === index + 1 && gate.waiting().includes(run));
      await stage.locks.forceRelease(name(environment.id));
    }
    expect(await stage.finished(run)).toMatchObject({
      verdict: 'broken',
      attempt: 3,
      reason: { code: 'LOCK_LOST' },
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('invariant 3: goes on without a runner that does not end after its run was cancelled', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const [stuck, next] = [await stage.submit(environment), await stage.submit(environment)];
    const started: number[] = [];
    await stage.workers(
      (job) => {
        started.push(job.run.id);
        return job.run.id === stuck ? new Promise(() => {}) : player(['A'])(job);
      },
      { slots: 1, graceMs: 100 },
    );
    await until(() => started.includes(stuck));
    await stage.runs.cancel(stuck);
    expect(await stage.finished(stuck)).toMatchObject({ verdict: 'cancelled' });
    expect(await stage.finished(next)).toMatchObject({ verdict: 'passed' });
  });

  it('invariant 5: stops without a word when the run was given to another worker', async () => {
    const stage = createStage(database);
    const environment = await stage.environment();
    const run = await stage.submit(environment);
    const gate = createGate();
    const reasons: unknown[] = [];
    await stage.workers(
      player(['A'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
      { slots: 1 },
    );
    await gate.at(run);
    // As if the lease had expired long ago, and the next worker were quick.
    await database.query('UPDATE run SET fence = fence + 1 WHERE id = $1', [run]);
    await stage.logged('Another worker has the run now; nothing more was written');
    expect(reasons).toEqual([expect.objectContaining({ code: 'STALE_FENCE' })]);
    expect(await stage.runs.get(run)).toMatchObject({ state: 'running', counts: { passed: 0 } });
    expect(await stage.locks.list()).toEqual([]);
  });
});
