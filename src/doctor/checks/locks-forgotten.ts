import type { StoreMemory } from '../../locks/lock.ts';
import { type Check, type Finding, ok, problem, unknown, warning } from '../check.ts';

/**
 * What a Redis does with locks that are held when its memory is full, or when it was restarted. Neither lets two runs meet, since
 * the database decides whose an environment is; but an early guard that forgets is none.
 */
export const locksForgotten: Check = {
  name: 'locks-forgotten',
  description: 'the settings of Redis by which it may forget a lock that is held',
  symptoms: [
    'a lock of Redis is gone although its holder is alive',
    'all locks are gone after Redis was restarted',
  ],
  codes: ['LOCK_STORE_EVICTS', 'LOCK_STORE_FORGETS'],

  async run({ locks }) {
    if (locks.kind === 'in-process') return [ok('Locks are in the memory of this process, and end with it.')];
    const memory = await locks.memory();
    if (memory === undefined) {
      return [unknown('Redis does not let its user ask (INFO). To allow it: ACL SETUSER name +info')];
    }
    return [whenFull(memory), whenRestarted(memory)];
  },
};

function whenFull({ policy, limitBytes }: StoreMemory): Finding {
  if (policy === 'noeviction') return ok('Redis throws no lock away (noeviction).');
  if (limitBytes === 0) {
    return ok(`Redis has no memory limit, so nothing is thrown away (with one, ${policy} would do so).`);
  }
  const megabytes = (limitBytes / 1024 ** 2).toFixed(0);
  return problem(
    'LOCK_STORE_EVICTS',
    `Redis throws locks away when it has ${megabytes} MB (maxmemory-policy ${policy}).`,
  );
}

function whenRestarted({ journal, snapshots }: StoreMemory): Finding {
  if (journal) return ok('Redis writes each lock down (appendonly), and knows them after a restart.');
  if (snapshots === undefined) {
    return ok('Whether Redis keeps locks over a restart could not be looked at: it refuses CONFIG.');
  }
  if (snapshots) {
    return ok('Redis saves its locks when it is stopped; a crash forgets those since the last snapshot.');
  }
  return warning('LOCK_STORE_FORGETS', 'Redis keeps nothing on disk: appendonly is no, and save is empty.');
}
