import { Queue, Worker } from 'bullmq';
import { createClient } from 'redis';
import { type Contender, countStarts } from './contender.ts';

/**
 * BullMQ with a queue for each environment and one worker with a concurrency of one for each queue. A job is taken and
 * completed in Redis, with a lock on the job and its history kept, but it is only as durable as that Redis is
 * configured to be, and BullMQ does not guarantee one job at a time: a second worker process would run a second job of
 * the same environment.
 */
export function bullmq(redisUrl: string): Contender {
  let turn = 0;
  return {
    name: 'BullMQ',
    async throughput(load) {
      const prefix = `bull${++turn}`;
      const client = await createClient({ url: redisUrl }).setMaxListeners(0).connect();
      const names = Array.from(
        { length: load.environments },
        (_, environment) => `environment-${environment}`,
      );
      const queues = names.map((name) => new Queue(name, { connection: client, prefix }));
      for (let round = 0; round < load.runsOfEach; round++)
        await Promise.all(queues.map((queue) => queue.add('run', {})));
      const starts = countStarts(load);
      const workers = names.map(
        (name) =>
          new Worker(name, async () => starts.started(), { connection: client, prefix, concurrency: 1 }),
      );
      const perSecond = await starts.all;
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(queues.map((queue) => queue.close()));
      await client.quit();
      return perSecond;
    },
  };
}
