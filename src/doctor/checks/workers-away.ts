import { durationText } from '../../model/duration.ts';
import { ok, problem, type QuickCheck } from '../check.ts';

export const workersAway: QuickCheck = {
  name: 'workers-away',
  labels: { subject: 'the workers', ok: 'workers are running', problem: 'workers are missing' },
  description: 'the processes that execute runs, and the last heartbeat of each',
  symptoms: ['runs stay queued', 'the test-worker or scheduler has to be restarted'],
  codes: ['WORKERS_MISSING', 'WORKER_LOST'],

  async run({ workers, database }) {
    const processes = await workers.list();
    if (processes.length === 0) {
      const remedy =
        database.kind === 'embedded'
          ? 'matre up'
          : 'matre worker (on as many hosts as you like), or matre up';
      return [problem('WORKERS_MISSING', 'No process executes runs, so queued runs wait.', { remedy })];
    }
    return processes.map(({ id, host, pid, slots, silentMs, alive, stopping }) => {
      const silent = durationText(silentMs);
      if (alive) {
        return ok(
          `Up with ${slots} worker slots${stopping ? ', stopping' : ''}; last heartbeat ${silent} ago.`,
          id,
        );
      }
      return problem('WORKER_LOST', `Worker ${id} has sent no heartbeat for ${silent}.`, {
        about: id,
        remedy: `Check process ${pid} on ${host} (ps -p ${pid}; kill -CONT ${pid} if it was stopped), and start the worker again if it has ended. Its runs were requeued.`,
      });
    });
  },
};
