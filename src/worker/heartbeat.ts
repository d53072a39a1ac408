import { runPeriodically } from '../async/interval.ts';
import type { Logger } from '../log.ts';
import type { Workers as WorkerTable } from '../store/tables/workers.ts';
import type { WorkersStatus } from './worker.ts';

/** After so many missed beats a process is forgotten: it has long lost its runs. */
const forgottenAfterMissed = 100;

/** Lets people see that this process executes runs. Nothing else depends on it. */
export function startHeartbeat(deps: {
  workers: WorkerTable;
  log: Logger;
  host: string;
  slots: number;
  heartbeatMs: number;
  /** Whether the process is about to end, and what keeps it from starting a run. */
  status(): Pick<WorkersStatus, 'stopping' | 'waitsFor'>;
}): { stop(): Promise<void> } {
  const { workers, log, host, slots, heartbeatMs: beatMs, status } = deps;
  const id = `${host}/${process.pid}`;
  const beats = runPeriodically(async () => {
    try {
      if (!(await workers.heartbeat(id, status()))) {
        await workers.register({ id, host, pid: process.pid, slots });
        await workers.removeSilent(beatMs * forgottenAfterMissed);
      }
    } catch (error) {
      log.warn({ err: error }, 'This worker could not say that it is alive');
    }
  }, beatMs);
  return {
    async stop() {
      await beats.stop();
      await workers.remove(id).catch(() => {});
    },
  };
}
