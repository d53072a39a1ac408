import { toFault } from '../errors.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { ProbeAnswer, Probes } from '../store/probes.ts';

/**
 * Lets `matre doctor` see that locks keep this process out: asked for it, the process tries a lock that the asker holds, and
 * says what came of it. Which process it is, is `id`, as in the table of workers.
 */
export async function startProbed(deps: {
  probes: Probes;
  locks: LockStore;
  log: Logger;
  id: string;
}): Promise<{ stop(): Promise<void> }> {
  const { probes, locks, log, id } = deps;

  async function attempt(lock: string): Promise<Pick<ProbeAnswer, 'outcome' | 'message'>> {
    try {
      const held = await locks.tryAcquire(lock, { owner: `${id}, asked by the doctor` });
      await held?.release();
      return { outcome: held ? 'taken' : 'refused' };
    } catch (error) {
      return { outcome: 'failed', message: toFault(error).message };
    }
  }

  const stop = await probes.onQuestion(async (lock) => {
    try {
      await probes.answer({ lock, worker: id, ...(await attempt(lock)) });
    } catch (error) {
      log.warn({ err: error }, 'What the doctor asked could not be answered');
    }
  });
  return { stop };
}
