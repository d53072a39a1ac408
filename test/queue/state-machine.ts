import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { isFault } from '../../src/faults/fault.ts';
import type { Status } from '../../src/model/result.ts';
import type { Verdict } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createOverview } from '../../src/store/tables/overview.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';
import { createModel, type Model, type ModelClaim, maxAttempts, plan, retries } from './model.ts';

interface Real {
  database: Database;
  environments: Environments;
  runs: Runs;
  queue: Queue;
}

/** Executes one command on both, and compares the results. */
type Act = (model: Model, real: Real) => Promise<void>;

/** Executes random sequences of commands on the queue and on its model; after each step their states must be equal. */
export async function compareWithModel(testDatabase: TestDatabase, numRuns: number): Promise<void> {
  const { database } = testDatabase;
  const real: Real = {
    database,
    environments: createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) }),
    runs: createRuns({ database }),
    queue: createQueue({ database, log: quiet, leaseMs: 60_000 }),
  };
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 50, size: '+1' }), async (steps) => {
      await testDatabase.clear();
      const ids: number[] = [];
      for (const code of ['a', 'b', 'c']) ids.push((await real.environments.create(newEnvironment(code))).id);
      await fc.asyncModelRun(() => ({ model: createModel(ids), real }), steps);
    }),
    { numRuns },
  );
}

/** An element of a list, by an arbitrary number. */
const pick = <T>(list: T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

const index = fc.nat(1_000);

function command(name: string, act: Act): fc.AsyncCommand<Model, Real> {
  return {
    check: () => true,
    async run(model, real) {
      await act(model, real);
      await expectSame(model, real);
    },
    toString: () => name,
  };
}

/** A command on a current or former claim of a worker: refused unless it is current. */
const onClaim = (
  name: string,
  work: (real: Real, claim: ModelClaim) => Promise<unknown>,
  onSuccess: (model: Model, claim: ModelClaim) => void,
) =>
  index.map((number) =>
    command(`${name}(${number})`, async (model, real) => {
      const claim = pick(model.claims, number);
      if (!claim) return;
      const fault = await work(real, claim).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!model.holds(claim)) {
        expect(isFault(fault, 'STALE_FENCE'), `${name} with an old fence: ${fault}`).toBe(true);
        return;
      }
      expect(fault).toBeUndefined();
      onSuccess(model, claim);
    }),
  );

const recorder = ({ queue }: Real, { run, fence }: ModelClaim) => queue.recorder(run.id, fence);

const commands = [
  fc
    .record({ environment: index, priority: fc.constantFrom(0, 0, 0, 5, -5) })
    .map(({ environment, priority }) =>
      command(`submit(${environment}, ${priority})`, async (model, { runs }) => {
        const target = pick(model.environments, environment);
        if (!target) return;
        const [run] = await runs.insert([
          { environmentId: target.id, selection: emptySelection, priority, requestedBy: 'model' },
        ]);
        if (run) model.submit(run.id, target, priority, run.queuedAt);
      }),
    ),
  fc.option(index, { nil: undefined }).map((excluded) =>
    command(`claim(${excluded ?? ''})`, async (model, { queue }) => {
      const left = excluded === undefined ? undefined : pick(model.environments, excluded);
      const claim = await claimOne(queue, 'worker', { excludeEnvironments: left ? [left.id] : [] });
      const expected = model.claim(left);
      expect(claim && { run: claim.run.id, fence: claim.fence }).toEqual(
        expected && { run: expected.run.id, fence: expected.fence },
      );
    }),
  ),
  fc.constantFrom<Status>('passed', 'passed', 'failed').chain((status) =>
    onClaim(
      `record ${status}`,
      async (real, claim) => {
        const record = recorder(real, claim);
        await record.plan(plan.map((name) => ({ name, suite: undefined, retryFailed: retries[name] ?? 0 })));
        const next = (await record.planned()).find(({ done }) => !done);
        expect(next?.test.name).toBe(plan.find((test) => !claim.run.done.has(test)));
        if (next) await record.result(newResult(next.test.name, status));
      },
      (model, { run, fence }) => {
        run.recordedWith = fence;
        run.planned = true;
        const next = plan.find((test) => !run.done.has(test));
        if (next) model.record(run, next, status);
      },
    ),
  ),
  index.map((number) =>
    command(`retry failed tests(${number})`, async (model, { queue }) => {
      const claim = pick(model.claims, number);
      if (!claim || !model.holds(claim)) return;
      expect((await queue.retryFailed(claim.run.id, claim.fence)) ?? 0).toBe(model.retryFailed(claim.run));
    }),
  ),
  index.map((number) =>
    command(`retry by a user(${number})`, async (model, { runs }) => {
      const run = pick(model.runs, number);
      if (!run) return;
      const outcome = await runs.retryFailed(run.id, 'model').then(
        (queued) => queued.queuedAt,
        (error: unknown) => error,
      );
      const code = model.retryByUser(run, outcome instanceof Date ? outcome : new Date());
      expect(isFault(outcome) ? outcome.code : undefined).toBe(code);
    }),
  ),
  onClaim(
    'undo the claim of a run that has not started',
    ({ queue }, { run, fence }) =>
      run.recordedWith === fence ? queue.requeue(run.id, fence) : queue.unclaim(run.id, fence),
    (model, { run, fence }) => (run.recordedWith === fence ? model.requeue(run) : model.unclaim(run)),
  ),
  onClaim(
    'requeue',
    ({ queue }, { run, fence }) => queue.requeue(run.id, fence),
    (model, { run }) => model.requeue(run),
  ),
  fc.constantFrom<Verdict>('passed', 'failed', 'broken', 'cancelled').chain((verdict) =>
    onClaim(
      `finish ${verdict}`,
      ({ queue }, { run, fence }) => queue.finish(run.id, fence, verdict),
      (model, { run }) => model.finish(run, verdict),
    ),
  ),
  onClaim(
    'lose the worker',
    async (real, claim) => {
      const { id } = claim.run;
      const record = recorder(real, claim);
      const isOpen = (await record.planned()).some(({ test, done }) => test.name === 'B' && !done);
      if (isOpen) await record.testStarted({ name: 'B', suite: undefined });
      await real.database.query(`UPDATE run SET lease_until = now() - interval '5 seconds' WHERE id = $1`, [
        id,
      ]);
      expect(await real.queue.requeueExpired({ maxAttempts })).toMatchObject([{ id }]);
    },
    (model, { run }) => model.lose(run),
  ),
  index.map((number) =>
    command(`cancel(${number})`, async (model, { runs }) => {
      const run = pick(model.runs, number);
      if (!run) return;
      if (run.state === 'finished') {
        await expect(runs.cancel(run.id)).rejects.toMatchObject({ code: 'RUN_FINISHED' });
      } else {
        await runs.cancel(run.id);
        model.cancel(run);
      }
    }),
  ),
  index.map((number) =>
    command(`pause or resume(${number})`, async (model, { environments }) => {
      const environment = pick(model.environments, number);
      if (!environment) return;
      if (environment.paused) await environments.resume(environment.id);
      else await environments.pause(environment.id, 'model');
      environment.paused = !environment.paused;
    }),
  ),
];

async function expectSame(model: Model, { database }: Real): Promise<void> {
  const rows = await database.query(
    'SELECT id, environment_id, state, verdict, fence, attempt, cancel_requested, retried_after FROM run ORDER BY id',
  );
  expect(rows).toEqual(
    model.runs.map((run) => ({
      id: run.id,
      environment_id: run.environment.id,
      state: run.state,
      verdict: run.verdict ?? null,
      fence: run.fence ?? null,
      attempt: run.attempt,
      cancel_requested: run.cancelRequested,
      retried_after: run.retriedAfter,
    })),
  );
  // Conditions that hold in any state, independent of the model.
  const [broken] = await database.query<{ several: number; dangling: number; repeated: number }>(
    `SELECT
       (SELECT count(*) FROM (SELECT 1 FROM run WHERE state = 'running' GROUP BY environment_id HAVING count(*) > 1) AS x)
         AS several,
       (SELECT count(*) FROM attempt JOIN run ON run.id = run_id WHERE ended_at IS NULL AND state <> 'running') AS dangling,
       (SELECT count(*) FROM result AS earlier JOIN result AS later USING (run_id, test, suite)
         WHERE earlier.status = 'passed' AND later.attempt > earlier.attempt) AS repeated`,
  );
  expect(broken).toEqual({ several: 0, dangling: 0, repeated: 0 });
  const waiting = await createOverview({ database }).waiting(model.environments.length + 1);
  const free = model.environments.filter(({ id, paused }) => {
    const states = model.runs.filter(({ environment }) => environment.id === id).map(({ state }) => state);
    return !paused && states.includes('queued') && !states.includes('running');
  });
  expect(waiting.map(({ id }) => id).sort()).toEqual(free.map(({ id }) => id).sort());
}
