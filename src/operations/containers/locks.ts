import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { line, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

export const listLocks = defineOperation({
  name: 'locks.list',
  method: 'GET',
  path: '/api/locks',
  summary: 'List the locks that are held',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    locks: z.array(
      z.object({
        name: z.string(),
        owner: z.string(),
        since: time,
        expiresInMs: z.number().nullable().describe('Unless it is renewed; null for locks in process'),
      }),
    ),
  }),
  async run({ locks }) {
    const held = await locks.list();
    return {
      locks: held.map(({ name, owner, since, expiresInMs }) => ({
        name,
        owner,
        since: since.toISOString(),
        expiresInMs: expiresInMs ?? null,
      })),
    };
  },
});

export const releaseLock = defineOperation({
  name: 'locks.release',
  method: 'POST',
  path: '/api/locks/:name/release',
  summary: 'Take a lock away from its holder, which stops what it does',
  role: 'admin',
  audited: ({ name }) => name,
  input: z.object({ name: line(200) }),
  output: z.object({}),
  async run({ locks, log }, { name }) {
    if (!(await locks.forceRelease(name))) {
      throw new Fault('LOCK_NOT_HELD', `Nobody holds the lock ${JSON.stringify(name)}.`);
    }
    log.warn({ lock: name }, 'A lock was taken away from its holder.');
    return {};
  },
});
