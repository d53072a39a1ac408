import { rm } from 'node:fs/promises';
import { matreItself } from '../../src/model/access.ts';
import type { Selection } from '../../src/model/selection.ts';
import { askDoctor, problemsOf } from '../../test/doctor/doctor.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
} from '../../test/runs/harness.ts';
import { type CliProcess, cli, startCli } from '../../test/support/cli.ts';
import { sharedPostgres } from '../../test/support/postgres.ts';
import { startRedis, type TestRedis } from '../../test/support/redis.ts';
import { startGrid, type TestSelenium } from '../../test/support/selenium.ts';
import { mountSmallDisk } from '../../test/support/small-disk.ts';
import { waitFor } from '../../test/support/wait-for.ts';

/**
 * A whole installation on PostgreSQL, Redis, Docker and a Selenium Grid with two sessions, with timers for the
 * detection of causes.
 */
export interface Installation {
  harness: Harness;
  environment: HarnessEnvironment;
  redis: TestRedis;
  grid: TestSelenium;
  postgresUrl: string;
  /** Milliseconds of the doctor run that reports a problem with this code; repeated until one does. */
  untilNamed(code: string): Promise<number>;
  /** Milliseconds until a worker process with these settings refuses to start with this code. */
  untilRefused(code: string, settings: Record<string, string>): Promise<number>;
  /** Milliseconds from the submission of a run until its event with this code. */
  event(code: string, selection?: Partial<Selection>): Promise<number>;
  /** Milliseconds from the submission of a run until it has ended as broken with this code. */
  untilStopped(code: string): Promise<number>;
  /** Runs an additional worker process until `work` has ended. */
  withWorker<T>(settings: Record<string, string>, work: (worker: CliProcess) => Promise<T>): Promise<T>;
  /** Changes the environment during `work`. */
  withChange<T>(
    change: Partial<{ baseUrl: string; adminUsername: string }>,
    work: () => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** Limit of doctor runs for one cause; then the bench fails. */
const maxAttempts = 30;

export const plain: Partial<Selection> = { tests: ['PlainTest'] };

export async function openInstallation(): Promise<Installation> {
  const [postgres, redis, grid] = await Promise.all([
    sharedPostgres(),
    startRedis(),
    startGrid({ maxSessions: 2 }),
  ]);
  const disk = mountSmallDisk(512 * 1024);
  const settings = {
    ...grid.settings,
    DATABASE_URL: postgres.url,
    LOCK_DSN: redis.url,
    MATRE_DATA: disk.folder,
    MATRE_SIGN_IN: 'off',
    ...(process.env['DOCKER_HOST'] && { DOCKER_HOST: process.env['DOCKER_HOST'] }),
  };
  const module = {
    ...moduleTest('PlainTest', fault('sleep 0')),
    ...moduleTest('PauseTest', fault('sleep 3')),
  };
  const harness = await openHarness('docker', { settings, module });
  const environment = await harness.environment('preprod-us');
  const { context } = harness;

  return {
    harness,
    environment,
    redis,
    grid,
    postgresUrl: postgres.url,

    async untilNamed(code) {
      const startedAt = performance.now();
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const problems = problemsOf(await askDoctor(context));
        if (problems.some(([match]) => match === code)) return performance.now() - startedAt;
      }
      throw new Error(`The doctor does not tell ${code}.`);
    },

    async untilRefused(code, more) {
      const startedAt = performance.now();
      const { stderr } = await cli(['worker'], { settings: { ...harness.settings, ...settings, ...more } });
      if (!stderr.includes(code)) throw new Error(`Not refused with ${code}: ${stderr}`);
      return performance.now() - startedAt;
    },

    async event(code, selection = plain) {
      const submittedAt = Date.now();
      const { events } = await harness.run(environment, selection);
      const match = events.find((event) => event.code === code);
      if (!match) throw new Error(`No event ${code}: ${events.map((event) => event.code).join()}`);
      return Date.parse(match.at) - submittedAt;
    },

    async untilStopped(code) {
      const startedAt = performance.now();
      const { run, results } = await harness.run(environment, plain);
      if (run.reason?.code !== code || results.length > 0) {
        throw new Error(`The run is ${run.verdict}: ${run.reason?.code}, with ${results.length} results.`);
      }
      return performance.now() - startedAt;
    },

    async withWorker(more, work) {
      const worker = startCli(['worker'], {
        settings: { ...harness.settings, ...settings, MATRE_WORKERS: '1', ...more },
      });
      try {
        await worker.waitForOutput('1 workers are up.');
        await waitFor(async () =>
          (await context.workers.list()).some(({ pid }) => pid === worker.process.pid),
        );
        return await work(worker);
      } finally {
        worker.process.kill('SIGCONT');
        worker.process.kill('SIGTERM');
        await worker.done;
      }
    },

    async withChange(change, work) {
      await context.environments.update(environment.id, change);
      try {
        return await work();
      } finally {
        const as = { baseUrl: environment.shop.url, adminUsername: 'admin' };
        await context.environments.update(environment.id, as);
      }
    },

    async close() {
      await harness.close();
      await grid.stop();
      await redis.stop();
      await postgres.drop();
      disk.unmount();
      await rm(disk.folder, { recursive: true, force: true });
    },
  };
}

export const requestContext = { principal: matreItself };
