import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '../async/interval.ts';
import { toFault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { LockAnswer, MarkAnswer, Probes } from '../store/tables/probes.ts';

/**
 * Answers the probes of `matre doctor`, which check that locks exclude this process, and whether it shares the files of the
 * doctor's process: on request it tries a lock that the doctor holds, or checks whether a file of the doctor exists, and writes
 * the result. `id` identifies this process, as in the table of workers.
 */
export async function startProbeResponder(deps: {
  probes: Probes;
  locks: LockStore;
  log: Logger;
  id: string;
  /** Where this process stores the files of its runs. */
  files: { folder: string; keptIn: 'folder' | 'database' | 's3' };
}): Promise<Service> {
  const { probes, locks, log, id, files } = deps;

  async function tryLock(lock: string): Promise<LockAnswer> {
    try {
      const lease = await locks.tryAcquire(lock, { owner: `${id}, asked by the doctor` });
      await lease?.release();
      return { lock, worker: id, outcome: lease ? 'taken' : 'refused' };
    } catch (error) {
      return { lock, worker: id, outcome: 'failed', message: toFault(error).message };
    }
  }

  async function findMark(mark: string): Promise<MarkAnswer> {
    const exists = await access(join(files.folder, mark)).then(
      () => true,
      () => false,
    );
    return { mark, worker: id, ...files, seen: exists };
  }

  const stop = await probes.onQuestion(async (question) => {
    try {
      await probes.answer('lock' in question ? await tryLock(question.lock) : await findMark(question.mark));
    } catch (error) {
      log.warn({ err: error }, 'A probe of the doctor could not be answered');
    }
  });
  return { stop };
}
