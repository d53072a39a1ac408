import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { type Contender, countStarts } from './contender.ts';

/**
 * graphile-worker with a named queue for each environment, as its documentation recommends for jobs that must not
 * overlap. A job is claimed and completed with one statement each, durable. It has no fences (a worker that was
 * considered dead can complete the job of another), no lease (a job of a dead worker is free after four hours), no
 * history: a completed job is deleted.
 *
 * Its settings are the defaults. Its local queue, which takes many jobs with one statement, cannot be used: it takes
 * several jobs of the same named queue, which then run at the same time.
 */
export function graphile(databaseUrl: () => Promise<string>): Contender {
  return {
    name: 'graphile-worker',
    async throughput(load) {
      const connectionString = await databaseUrl();
      const logger = new Logger(() => () => {});
      const utils = await makeWorkerUtils({ connectionString, logger });
      await utils.migrate();
      for (let round = 0; round < load.runsOfEach; round++) {
        const jobs = Array.from({ length: load.environments }, (_, environment) => ({
          identifier: 'run',
          payload: {},
          queueName: `environment-${environment}`,
        }));
        await utils.addJobs(jobs);
      }
      const starts = countStarts(load);
      const runner = await run({
        connectionString,
        concurrency: load.workers,
        maxPoolSize: load.workers + 1,
        noHandleSignals: true,
        logger,
        taskList: { run: async () => starts.started() },
      });
      const perSecond = await starts.all;
      await runner.stop();
      await utils.release();
      return perSecond;
    },
  };
}
