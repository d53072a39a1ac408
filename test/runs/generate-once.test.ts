import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../support/child.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Harness, type HarnessEnvironment, moduleTest, openHarness, overOneEngine } from './harness.ts';

/** Workers in two processes that need the same tests at the same time. */
overOneEngine((kind) => {
  let harness: Harness;
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let redis: TestRedis;
  let environments: HarnessEnvironment[];
  const workers: Child[] = [];
  let commits = 0;

  beforeAll(async () => {
    postgres = await sharedPostgres({ schema: true });
    redis = await startRedis();
    harness = await openHarness(kind, {
      workers: false,
      settings: {
        MATRE_GENERATION: 'mftf',
        DATABASE_URL: postgres.url,
        LOCK_DSN: redis.url,
        LOCK_TTL: '12s',
        MATRE_LEASE: '12s',
        MATRE_BEAT: '8s',
        MATRE_WORKERS: '1',
      },
    });
    environments = [await harness.environment('preprod-us'), await harness.environment('preprod-es')];
    // Until the other run has started.
    await harness.context.variables.set('global', {
      name: 'STAND_IN_FAULT',
      value: 'generate: gate',
      secret: false,
    });
  });
  afterAll(async () => {
    await harness.close();
    await redis.stop();
    await postgres.drop();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });

  async function startWorker(): Promise<void> {
    const worker = startChild(new URL('worker-process.ts', import.meta.url), [], harness.settings);
    workers.push(worker);
    expect(await worker.line()).toBe('ready');
  }

  /** A run in each of two processes: the first generates until its gate is opened, and the second waits for it. */
  async function makerAndWaiter() {
    const [us, es] = environments as [HarnessEnvironment, HarnessEnvironment];
    for (const { container } of [us, es]) {
      if (await harness.engine.inspect(container.name)) await container.closeGate();
    }
    commits += 1;
    const step = `<comment userInput="change ${commits}" stepKey="change"/>`;
    harness.module.commit(moduleTest('PlainTest', step), 'Change');
    await startWorker();
    await startWorker();
    const maker = await harness.submit(us, { tests: ['PlainTest'] });
    await waitFor(async () => {
      const container = await harness.engine.inspect(us.container.name);
      const last = container && (await us.container.journal()).at(-1);
      return last?.event === 'start' && last.token.startsWith(`run-${maker}-`);
    });
    const waiter = await harness.submit(es, { tests: ['PlainTest'] });
    await waitFor(async () => {
      const { events } = await harness.show(waiter);
      return events.some(({ code }) => code === 'GENERATION_AWAITED');
    });
    const { workerId } = await harness.context.runs.get(maker);
    const process = workers.find(({ pid }) => workerId?.includes(`/${pid}/`));
    return { process, maker, waiter, gates: [us.container, es.container] as const };
  }

  const generations = async (run: number) =>
    (await harness.context.artifacts.list(run)).filter(({ path }) => path.startsWith('generation')).length;

  test('two processes generate the same tests only once', async () => {
    const { maker, waiter, gates } = await makerAndWaiter();
    await gates[0].openGate();
    for (const run of [maker, waiter]) expect((await harness.finished(run)).run.verdict).toBe('passed');
    expect([await generations(maker), await generations(waiter)]).toEqual([1, 0]);
    expect(await harness.log(waiter)).toContain('restored from snapshot');
  });

  test('a process that is killed during generation blocks no other', async () => {
    const { process, maker, waiter, gates } = await makerAndWaiter();
    expect(process).toBeDefined();
    await process?.kill();
    await gates[1].openGate();
    expect((await harness.finished(waiter)).run.verdict).toBe('passed');
    expect(await generations(waiter)).toBe(1);
    const { run } = await harness.finished(maker);
    expect(run).toMatchObject({ verdict: 'passed', attempt: 2 });
    expect(await harness.log(maker)).toContain('restored from snapshot');
  });
});
