/**
 * A separate process that acquires a lock. Arguments: url, name of the lock, TTL in milliseconds, then either `visit
 * <folder> <rounds>`: acquires the lock `rounds` times, and checks that no other process is in the folder meanwhile; or
 * `hold`: acquires it and answers each line of standard input with `held` or the code of the fault.
 */
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isFault } from '../../src/faults/fault.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';

const [url = '', name = '', ttlMs = '', task, folder = '', rounds = ''] = process.argv.slice(2);
const locks = createRedisLocks({ url, ttlMs: Number(ttlMs), log: createLog({ level: 'silent' }) });
const owner = `process ${process.pid}`;

if (task === 'visit') {
  const inside = join(folder, 'inside');
  for (let round = 0; round < Number(rounds); round++) {
    const lock = await locks.acquire(name, { owner });
    // Fails when another process is inside.
    await mkdir(inside);
    await new Promise(setImmediate);
    await rmdir(inside);
    await lock.release();
  }
  await locks.close();
  console.log('done');
} else {
  const lock = await locks.acquire(name, { owner });
  console.log('held');
  for await (const _ of createInterface(process.stdin)) {
    try {
      lock.assertHeld();
      console.log('held');
    } catch (error) {
      console.log(isFault(error) ? error.code : String(error));
    }
  }
  await locks.close();
}
