/**
 * Tries, in a process of its own, to acquire what another process holds: a lock in Redis, or the data folder. Reads the target from
 * standard input (a DSN holds a password, so it is no argument) and prints `refused` or `taken`.
 */
import { json } from 'node:stream/consumers';
import { isFault } from '../../faults/fault.ts';
import { openLocks } from '../../locks/open-locks.ts';
import { createLog } from '../../log.ts';
import { lockFolder } from '../../store/database/folder-lock.ts';
import type { ContentionTarget } from './contention-probe.ts';

const requested = (await json(process.stdin)) as ContentionTarget;
process.stdout.write(await probeContention(requested));

async function probeContention(target: ContentionTarget): Promise<'refused' | 'taken'> {
  if ('folder' in target) {
    try {
      await (await lockFolder(target.folder)).release();
      return 'taken';
    } catch (error) {
      if (isFault(error, 'DATA_FOLDER_IN_USE')) return 'refused';
      throw error;
    }
  }
  const { dsn, lock, timeoutMs } = target;
  const log = createLog({ level: 'silent' });
  const locks = await openLocks({ dsn, multiProcess: true, ttlMs: 5_000, timeoutMs, log });
  try {
    const lease = await locks.tryAcquire(lock, { owner: 'doctor, another process' });
    await lease?.release();
    return lease ? 'taken' : 'refused';
  } finally {
    await locks.close();
  }
}
