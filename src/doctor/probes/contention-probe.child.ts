/**
 * A process of its own that tries to get what another holds: a lock of Redis, or the data folder. It reads from standard input
 * what to try (a DSN has a password in it, so it is no argument) and prints `refused` or `taken`.
 */
import { json } from 'node:stream/consumers';
import { isFault } from '../../faults/fault.ts';
import { openLocks } from '../../locks/open-locks.ts';
import { createLog } from '../../log.ts';
import { lockFolder } from '../../store/database/folder-lock.ts';
import type { Intrusion } from './contention-probe.ts';

const wanted = (await json(process.stdin)) as Intrusion;
process.stdout.write(await probeContention(wanted));

async function probeContention(intrusion: Intrusion): Promise<'refused' | 'taken'> {
  if ('folder' in intrusion) {
    try {
      await (await lockFolder(intrusion.folder)).release();
      return 'taken';
    } catch (error) {
      if (isFault(error, 'DATA_FOLDER_IN_USE')) return 'refused';
      throw error;
    }
  }
  const { dsn, lock, timeoutMs } = intrusion;
  const log = createLog({ level: 'silent' });
  const locks = await openLocks({ dsn, multiProcess: true, ttlMs: 5_000, timeoutMs, log });
  try {
    const held = await locks.tryAcquire(lock, { owner: 'doctor, another process' });
    await held?.release();
    return held ? 'taken' : 'refused';
  } finally {
    await locks.close();
  }
}
