import { type CommandParser, defineScript } from 'redis';

/**
 * A lock is a hash with its name as the key: `token` (the right to renew and release), `owner` (a description), `since`
 * (milliseconds). `redis-cli hgetall test_runner_env_processing_3` shows it. All names are also members of one set, so that a
 * list needs no scan through a Redis that is shared with a cache.
 */
export const indexKey = 'matre_locks';
/** Its messages are names of released locks: waiters try again. */
export const releasedChannel = 'matre_locks_released';
/** Its messages are tokens of locks that an admin released by force: their holders stop. */
export const revokedChannel = 'matre_locks_revoked';

/** 1: acquired now, or by an earlier try whose response was lost. 0: another holder has it. */
const acquire = defineScript({
  SCRIPT: `
    local holder = redis.call('HGET', KEYS[1], 'token')
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'token', ARGV[1], 'owner', ARGV[2], 'since', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    redis.call('SADD', KEYS[2], KEYS[1])
    return 1`,
  NUMBER_OF_KEYS: 2,
  parseCommand(
    parser: CommandParser,
    lock: { name: string; token: string; owner: string; since: Date },
    ttlMs: number,
  ) {
    parser.pushKey(lock.name);
    parser.pushKey(indexKey);
    parser.push(lock.token, lock.owner, String(lock.since.getTime()), String(ttlMs));
  },
  transformReply: (reply: unknown) => reply === 1,
});

/** Empty text: renewed. Null: there is no such lock. Another text: the owner that holds it instead. */
const renew = defineScript({
  SCRIPT: `
    local holder = redis.call('HGET', KEYS[1], 'token')
    if not holder then return false end
    if holder ~= ARGV[1] then return redis.call('HGET', KEYS[1], 'owner') or 'another process' end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return ''`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser: CommandParser, name: string, token: string, ttlMs: number) {
    parser.pushKey(name);
    parser.push(token, String(ttlMs));
  },
  transformReply: (reply: unknown) => (reply === null ? undefined : String(reply)),
});

/** 1: the lock was held with this token and is released. 0: it was not, and nothing changed. */
const release = defineScript({
  SCRIPT: `
    if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[1])
    redis.call('SREM', KEYS[2], KEYS[1])
    redis.call('PUBLISH', ARGV[2], KEYS[1])
    return 1`,
  NUMBER_OF_KEYS: 2,
  parseCommand(parser: CommandParser, name: string, token: string) {
    parser.pushKey(name);
    parser.pushKey(indexKey);
    parser.push(token, releasedChannel);
  },
  transformReply: (reply: unknown) => reply === 1,
});

export const scripts = { acquire, renew, release };
