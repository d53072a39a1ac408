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

/** What begins each script: `kind` is the type of the key, and `holder` the token of its lock; false when it has none. */
const readKey = `
    local kind = redis.call('TYPE', KEYS[1]).ok
    local holder = kind == 'hash' and redis.call('HGET', KEYS[1], 'token')`;

/**
 * The same for a script that needs a lock, or none. A key that exists and has no token is a foreign value: its kind is the answer, and
 * its name becomes a member of the set, so that a list shows it.
 */
const readLock = `${readKey}
    if kind ~= 'none' and not holder then
      redis.pcall('SADD', KEYS[2], KEYS[1])
      return kind
    end`;

/** The answer of a script about a key that has no lock but another value: the type of that value. */
export interface ForeignKind {
  foreign: string;
}

/** 1: acquired now, or by an earlier try whose response was lost. 0: another holder has it. */
const acquire = defineScript({
  SCRIPT: `${readLock}
    if holder and holder ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'token', ARGV[1], 'owner', ARGV[2], 'since', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    redis.pcall('SADD', KEYS[2], KEYS[1])
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
  transformReply: (reply: unknown): boolean | ForeignKind =>
    typeof reply === 'number' ? reply === 1 : { foreign: String(reply) },
});

/** Empty text: renewed. Null: there is no such lock. `owner ...`: another holder has it. */
const renew = defineScript({
  SCRIPT: `${readLock}
    if not holder then return false end
    if holder ~= ARGV[1] then return 'owner ' .. (redis.call('HGET', KEYS[1], 'owner') or 'another process') end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    redis.pcall('SADD', KEYS[2], KEYS[1])
    return ''`,
  NUMBER_OF_KEYS: 2,
  parseCommand(parser: CommandParser, name: string, token: string, ttlMs: number) {
    parser.pushKey(name);
    parser.pushKey(indexKey);
    parser.push(token, String(ttlMs));
  },
  transformReply(reply: unknown): 'renewed' | 'forgotten' | { heldBy: string } | ForeignKind {
    if (reply === null || reply === false) return 'forgotten';
    const text = String(reply);
    if (text === '') return 'renewed';
    return text.startsWith('owner ') ? { heldBy: text.slice('owner '.length) } : { foreign: text };
  },
});

/** A key as a list shows it. */
export type ReadKey =
  | { kind: 'none' }
  | { kind: 'foreign'; type: string }
  /** `expiresInMs` is negative when the lock never expires. */
  | { kind: 'lock'; token: string; owner: string; since: number; expiresInMs: number };

/** Longer texts are cut off: a lock of matre has none. */
const maxTextLength = 300;

const read = defineScript({
  SCRIPT: `${readKey}
    if kind == 'none' then return {kind} end
    if not holder then return {'foreign', kind} end
    local text = function(field)
      return string.sub(redis.call('HGET', KEYS[1], field) or '', 1, ${maxTextLength})
    end
    return {'lock', string.sub(holder, 1, ${maxTextLength}), text('owner'), text('since'), redis.call('PTTL', KEYS[1])}`,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser: CommandParser, name: string) {
    parser.pushKey(name);
  },
  transformReply(reply: unknown): ReadKey {
    const [kind, ...rest] = reply as [string, ...unknown[]];
    if (kind === 'none') return { kind };
    if (kind === 'foreign') return { kind, type: String(rest[0]) };
    const [token, owner, since, expiresInMs] = rest;
    return {
      kind: 'lock',
      token: String(token),
      owner: String(owner),
      since: Number(since),
      expiresInMs: Number(expiresInMs),
    };
  },
});

/** 1: a foreign value was renamed to the third key. 0: there is none, or a lock by now. */
const setAside = defineScript({
  SCRIPT: `${readKey}
    if kind == 'none' or holder then return 0 end
    redis.call('RENAME', KEYS[1], KEYS[3])
    redis.pcall('SREM', KEYS[2], KEYS[1])
    redis.call('PUBLISH', ARGV[1], KEYS[1])
    return 1`,
  NUMBER_OF_KEYS: 3,
  parseCommand(parser: CommandParser, name: string, newName: string) {
    parser.pushKey(name);
    parser.pushKey(indexKey);
    parser.pushKey(newName);
    parser.push(releasedChannel);
  },
  transformReply: (reply: unknown) => reply === 1,
});

/** 1: the lock was held with this token and is released. 0: it was not, and nothing changed. */
const release = defineScript({
  SCRIPT: `${readKey}
    if holder ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[1])
    redis.pcall('SREM', KEYS[2], KEYS[1])
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

export const scripts = { acquire, renew, release, read, setAside };
