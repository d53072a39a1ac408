import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { line, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

export const listLocks = defineOperation({
  name: 'locks.list',
  method: 'GET',
  path: '/api/locks',
  summary: 'List the held locks',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({
    locks: z.array(
      z.object({
        name: z.string(),
        owner: z.string(),
        since: time,
        expiresInMs: z
          .number()
          .nullable()
          .describe(
            'When the lock expires unless it is renewed; null for locks in the memory of the process and for those that never expire',
          ),
        problem: z
          .string()
          .optional()
          .describe('Present when the lock store has a value in this place that is no lock of matre'),
      }),
    ),
  }),
  async run({ locks }) {
    const heldLocks = await locks.list();
    return {
      locks: heldLocks.map(({ name, owner, since, expiresInMs, problem }) => ({
        name,
        owner,
        since: since.toISOString(),
        expiresInMs: expiresInMs ?? null,
        ...(problem !== undefined && { problem }),
      })),
    };
  },
});

export const releaseLock = defineOperation({
  name: 'locks.release',
  method: 'POST',
  path: '/api/locks/:name/release',
  summary: 'Force-release a lock; its holder stops what it does',
  role: 'admin',
  audited: ({ name }) => name,
  input: z.object({ name: line(200) }),
  output: z.object({}),
  async run({ locks, log }, { name }) {
    const foreign = (await locks.foreign([name])).find((value) => value.name === name);
    if (foreign) throw new Fault('LOCK_VALUE_FOREIGN', foreign.message);
    if (!(await locks.forceRelease(name))) {
      throw new Fault('LOCK_NOT_HELD', `The lock ${JSON.stringify(name)} is not held.`);
    }
    log.warn({ lock: name }, 'A lock was force-released');
    return {};
  },
});
