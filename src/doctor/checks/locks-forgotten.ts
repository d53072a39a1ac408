import type { StoreMemory } from '../../locks/lock.ts';
import { formatBytes } from '../../model/bytes.ts';
import { type Check, type Finding, ok, problem, unknown, warning } from '../check.ts';

/**
 * Whether Redis keeps held locks when its memory is full or when it is restarted. A lost lock lets no two runs meet, since the database
 * decides which run has an environment; but then the locks protect nothing.
 */
export const locksForgotten: Check = {
  name: 'locks-forgotten',
  labels: {
    subject: 'the storage of locks',
    ok: 'Redis keeps locks when it restarts',
    problem: 'Redis may lose locks when it restarts',
  },
  description: 'the settings with which Redis may lose a lock that is held',
  symptoms: [
    'a lock is missing in Redis although its holder is alive',
    'all locks are missing after a restart of Redis',
  ],
  codes: ['LOCK_STORE_EVICTS', 'LOCK_STORE_FORGETS'],

  async run({ locks }) {
    if (locks.kind === 'in-process') return [ok('Locks are in the memory of this process, and end with it.')];
    const memory = await locks.memory();
    if (memory === undefined) {
      return [unknown('Redis does not allow its user the command INFO. To allow it: ACL SETUSER name +info')];
    }
    return [whenFull(memory), whenRestarted(memory)];
  },
};

function whenFull({ policy, limitBytes }: StoreMemory): Finding {
  if (policy === 'noeviction') return ok('Redis evicts no lock (noeviction).');
  if (limitBytes === 0) {
    return ok(`Redis has no memory limit, so it evicts nothing (with a limit, ${policy} would evict locks).`);
  }
  return problem(
    'LOCK_STORE_EVICTS',
    `Redis evicts locks when its memory reaches ${formatBytes(limitBytes)} (maxmemory-policy ${policy}).`,
  );
}

function whenRestarted({ journal, snapshots }: StoreMemory): Finding {
  if (journal) return ok('Redis writes each lock to disk (appendonly), and keeps it over a restart.');
  if (snapshots === undefined) {
    return ok('Whether Redis keeps locks over a restart could not be checked: it refuses CONFIG.');
  }
  if (snapshots) {
    return ok('Redis saves its locks when it stops; a crash loses those since its last snapshot.');
  }
  return warning('LOCK_STORE_FORGETS', 'Redis writes nothing to disk: appendonly is no, and save is empty.');
}
