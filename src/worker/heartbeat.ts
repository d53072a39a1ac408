import { runPeriodically, type Service } from '../async/interval.ts';
import type { Logger } from '../log.ts';
import type { Workers as WorkerTable } from '../store/tables/workers.ts';
import type { WorkersStatus } from './worker.ts';

/** After so many missed heartbeats the row of a process is removed: it lost its runs long before. */
const removedAfterMissed = 100;

/** Shows users that this process executes runs. Nothing else depends on it. */
export function startHeartbeat(deps: {
  workers: WorkerTable;
  log: Logger;
  host: string;
  slots: number;
  heartbeatMs: number;
  /** Whether the process is about to end, and why it starts no run. */
  status(): Pick<WorkersStatus, 'stopping' | 'waitsFor'>;
}): Service {
  const { workers, log, host, slots, heartbeatMs, status } = deps;
  const id = `${host}/${process.pid}`;
  const heartbeats = runPeriodically(async () => {
    try {
      if (!(await workers.heartbeat(id, status()))) {
        await workers.register({ id, host, pid: process.pid, slots });
        await workers.removeSilent(heartbeatMs * removedAfterMissed);
      }
    } catch (error) {
      log.warn({ err: error }, 'The heartbeat of this worker could not be written');
    }
  }, heartbeatMs);
  return {
    async stop() {
      await heartbeats.stop();
      await workers.remove(id).catch(() => {});
    },
  };
}
