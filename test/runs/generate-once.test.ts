import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Child, startChild } from '../support/child.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/wait-for.ts';
import { moduleTest, openStage, overOneEngine, type Stage, type StageEnvironment } from './harness.ts';

/** Workers in two processes that want the same tests at the same time. */
overOneEngine((kind) => {
  let stage: Stage;
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let redis: TestRedis;
  let environments: StageEnvironment[];
  const workers: Child[] = [];
  let commits = 0;

  beforeAll(async () => {
    postgres = await sharedPostgres();
    redis = await startRedis();
    stage = await openStage(kind, {
      workers: false,
      settings: {
        DATABASE_URL: postgres.url,
        LOCK_DSN: redis.url,
        LOCK_TTL: '12s',
        MATRE_LEASE: '12s',
        MATRE_BEAT: '8s',
        MATRE_WORKERS: '1',
      },
    });
    environments = [await stage.environment('preprod-us'), await stage.environment('preprod-es')];
    // Until the other run is there.
    await stage.context.variables.set('global', {
      name: 'STAND_IN_FAULT',
      value: 'generate: gate',
      secret: false,
    });
  });
  afterAll(async () => {
    await stage.close();
    await redis.stop();
    await postgres.drop();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });

  async function startWorker(): Promise<void> {
    const worker = startChild(new URL('worker-process.ts', import.meta.url), [], stage.settings);
    workers.push(worker);
    expect(await worker.line()).toBe('ready');
  }

  /** A run in each of two processes: the first generates, until its gate is opened, and the second waits for it. */
  async function makerAndWaiter() {
    const [us, es] = environments as [StageEnvironment, StageEnvironment];
    for (const { container } of [us, es]) {
      if (await stage.engine.inspect(container.name)) await container.closeGate();
    }
    commits += 1;
    const step = `<comment userInput="change ${commits}" stepKey="change"/>`;
    stage.module.commit(moduleTest('PlainTest', step), 'Change');
    await startWorker();
    await startWorker();
    const maker = await stage.submit(us, { tests: ['PlainTest'] });
    await until(async () => {
      const there = await stage.engine.inspect(us.container.name);
      const last = there && (await us.container.journal()).at(-1);
      return last?.word === 'start' && last.token.startsWith(`run-${maker}-`);
    });
    const waiter = await stage.submit(es, { tests: ['PlainTest'] });
    await until(async () => {
      const { events } = await stage.show(waiter);
      return events.some(({ code }) => code === 'GENERATION_AWAITED');
    });
    const { workerId } = await stage.context.runs.get(maker);
    const process = workers.find(({ pid }) => workerId?.includes(`/${pid}/`));
    return { process, maker, waiter, gates: [us.container, es.container] as const };
  }

  const generations = async (run: number) =>
    (await stage.context.artifacts.list(run)).filter(({ path }) => path.startsWith('generation')).length;

  test('two processes generate once', async () => {
    const { maker, waiter, gates } = await makerAndWaiter();
    await gates[0].openGate();
    for (const run of [maker, waiter]) expect((await stage.finished(run)).run.verdict).toBe('passed');
    expect([await generations(maker), await generations(waiter)]).toEqual([1, 0]);
    expect(await stage.log(waiter)).toContain('restored from snapshot');
  });

  test('a process that is killed while it generates blocks nobody', async () => {
    const { process, maker, waiter, gates } = await makerAndWaiter();
    expect(process).toBeDefined();
    await process?.kill();
    await gates[1].openGate();
    expect((await stage.finished(waiter)).run.verdict).toBe('passed');
    expect(await generations(waiter)).toBe(1);
    const { run } = await stage.finished(maker);
    expect(run).toMatchObject({ verdict: 'passed', attempt: 2 });
    expect(await stage.log(maker)).toContain('restored from snapshot');
  });
});
