import { type Check, ok, problem } from '../check.ts';

export const workersAway: Check = {
  name: 'workers-away',
  description: 'the processes that execute runs, and when each last said that it is alive',
  symptoms: ['runs stay queued', 'the test-worker or scheduler has to be restarted'],
  codes: ['WORKERS_MISSING', 'WORKER_LOST'],

  async run({ workers, database }) {
    const all = await workers.list();
    if (all.length === 0) {
      const remedy =
        database.kind === 'embedded'
          ? 'matre up'
          : 'matre worker (on as many hosts as you like), or matre up';
      return [problem('WORKERS_MISSING', 'No process executes runs; what is queued waits.', { remedy })];
    }
    return all.map(({ id, host, pid, slots, silentMs, alive, stopping }) => {
      if (alive) {
        return ok(
          `Up with ${slots} slots${stopping ? ', stopping' : ''}; seen ${Math.round(silentMs / 1000)} s ago.`,
          id,
        );
      }
      const seconds = Math.round(silentMs / 1000);
      return problem('WORKER_LOST', `Worker ${id} has not been heard of for ${seconds} s.`, {
        about: id,
        remedy: `Look on ${host} for process ${pid} (ps -p ${pid}; kill -CONT ${pid} if it was stopped), and start it again if it is gone. Its runs went back to the queue.`,
      });
    });
  },
};
