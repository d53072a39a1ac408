import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { toFault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { LockAnswer, MarkAnswer, Probes } from '../store/tables/probes.ts';

/**
 * Lets `matre doctor` see that locks keep this process out, and whether it sees the files of this process: asked for it, the
 * process tries a lock that the asker holds, or looks for a file of the asker's, and says what came of it. Which process it is,
 * is `id`, as in the table of workers.
 */
export async function startProbeResponder(deps: {
  probes: Probes;
  locks: LockStore;
  log: Logger;
  id: string;
  /** Where it keeps the files of its runs. */
  files: { folder: string; keptIn: 'folder' | 'database' };
}): Promise<{ stop(): Promise<void> }> {
  const { probes, locks, log, id, files } = deps;

  async function tryLock(lock: string): Promise<LockAnswer> {
    try {
      const held = await locks.tryAcquire(lock, { owner: `${id}, asked by the doctor` });
      await held?.release();
      return { lock, worker: id, outcome: held ? 'taken' : 'refused' };
    } catch (error) {
      return { lock, worker: id, outcome: 'failed', message: toFault(error).message };
    }
  }

  async function lookFor(mark: string): Promise<MarkAnswer> {
    const seen = await access(join(files.folder, mark)).then(
      () => true,
      () => false,
    );
    return { mark, worker: id, ...files, seen };
  }

  const stop = await probes.onQuestion(async (asked) => {
    try {
      await probes.answer('lock' in asked ? await tryLock(asked.lock) : await lookFor(asked.mark));
    } catch (error) {
      log.warn({ err: error }, 'What the doctor asked could not be answered');
    }
  });
  return { stop };
}
