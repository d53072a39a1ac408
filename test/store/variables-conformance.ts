import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { createVariables, type Variables } from '../../src/store/tables/variables.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

const minuteMs = 60_000;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minuteMs);

export function variablesConformance(kind: Kind): void {
  describe('variables with a history', () => {
    let testDatabase: TestDatabase;
    let database: Database;
    let environments: Environments;
    let variables: Variables;
    let runs: Runs;
    let queue: Queue;
    let id: number;

    beforeAll(async () => {
      testDatabase = await openTestDatabase(kind);
      database = testDatabase.database;
      const secrets = createSecretBox(randomBytes(32));
      environments = createEnvironments({ database, secrets });
      variables = createVariables({ database, secrets });
      runs = createRuns({ database });
      queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
    });
    afterAll(() => testDatabase.close());
    beforeEach(async () => {
      await testDatabase.clear();
      ({ id } = await environments.create(newEnvironment('us')));
    });

    /** Moves everything that has a time into the past, as if the minutes had passed. */
    const pass = async (minutes: number) => {
      await database.query(
        `UPDATE variable SET next_at = next_at - $1 * interval '1 minute', next_set_at = next_set_at - $1 * interval '1 minute',
           value_changed_at = value_changed_at - $1 * interval '1 minute'`,
        [minutes],
      );
      await database.query(`UPDATE attempt SET started_at = started_at - $1 * interval '1 minute'`, [
        minutes,
      ]);
    };
    const read = async (name: string) =>
      (await variables.readAll(id)).find((each) => each.name === name)?.value;
    const shown = async (name: string) => (await variables.list(id)).find((each) => each.name === name);
    const setSecret = (value: string) =>
      variables.set(id, { name: 'TOKEN', value, secret: true, description: 'of the provider' }, 'ada');
    const rotate = (value: string, minutes: number) =>
      variables.rotate(id, { name: 'TOKEN', value, at: inMinutes(minutes), by: 'bob' });
    const startRun = async () => {
      await runs.insert([{ environmentId: id, selection: emptySelection, requestedBy: 'test' }]);
      const claim = await claimOne(queue, 'w');
      return { runId: claim?.run.id ?? 0, fence: claim?.fence ?? 0 };
    };
    /** A transaction of a process that knows nothing of rotations. */
    const asOlder: Database['transaction'] = (work) =>
      database.transaction(async (transaction) => {
        await transaction.query(`SELECT set_config('matre.rotations', '', true)`);
        return work(transaction);
      });

    it('keep their description until another one is set', async () => {
      await setSecret('one');
      await variables.set(id, { name: 'TOKEN', value: 'two', secret: true });
      expect(await shown('TOKEN')).toMatchObject({ description: 'of the provider' });
      expect(await variables.describe(id, 'TOKEN', 'of the other provider')).toBe(true);
      expect(await shown('TOKEN')).toMatchObject({
        description: 'of the other provider',
        changedBy: undefined,
      });
      expect(await variables.describe(id, 'NONE', '')).toBe(false);
      expect(await read('TOKEN')).toBe('two');
    });

    it('say who changed the value and when, but not when it stays the same', async () => {
      await setSecret('one');
      await pass(5);
      const first = await shown('TOKEN');
      expect(first).toMatchObject({ changedBy: 'ada', changedAt: expect.any(Date) });
      await variables.set(id, { name: 'TOKEN', value: 'one', secret: true, description: 'new' }, 'bob');
      expect(await shown('TOKEN')).toEqual({ ...first, description: 'new' });
      await variables.set(id, { name: 'TOKEN', value: 'one', secret: false }, 'bob');
      expect(await shown('TOKEN')).toMatchObject({ value: 'one', changedBy: 'bob' });
    });

    it('have another value from a time on, and attempts that began before it keep the old one', async () => {
      await setSecret('old');
      expect(await rotate('new', 10)).toBe(true);
      expect(await shown('TOKEN')).toMatchObject({
        changedBy: 'ada',
        rotation: { by: 'bob', at: expect.any(Date), setAt: expect.any(Date) },
      });
      const claim = await startRun();
      expect(await read('TOKEN')).toBe('old');
      await pass(11);
      expect(await read('TOKEN')).toBe('new');
      expect(await variables.readAll(id, claim)).toMatchObject([{ value: 'old' }]);
      const after = await shown('TOKEN');
      expect(after).toMatchObject({ changedBy: 'bob', rotation: undefined, description: 'of the provider' });
      expect(after?.changedAt?.getTime()).toBeLessThan(Date.now());
      // The next attempt of the same run reads the new value.
      await queue.requeue(claim.runId, claim.fence);
      const next = await claimOne(queue, 'w');
      const nextClaim = { runId: claim.runId, fence: next?.fence ?? 0 };
      expect(await variables.readAll(id, nextClaim)).toMatchObject([{ value: 'new' }]);
      expect(await variables.cancelRotation(id, 'TOKEN')).toBe(false);
      expect(await rotate('newest', 10)).toBe(true);
      expect(await read('TOKEN')).toBe('new');
      expect(await shown('TOKEN')).toMatchObject({ changedBy: 'bob', rotation: { by: 'bob' } });
    });

    it('rotate as secrets only, into the future, and can be cancelled before', async () => {
      await variables.set(id, { name: 'STORE', value: 'us', secret: false });
      await setSecret('old');
      const at = inMinutes(10);
      expect(await variables.rotate(id, { name: 'STORE', value: 'x', at, by: 'bob' })).toBe(false);
      expect(await variables.rotate('global', { name: 'TOKEN', value: 'x', at, by: 'bob' })).toBe(false);
      for (const minutes of [-1, 366 * 24 * 60]) {
        await expect(rotate('x', minutes)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      }
      await rotate('new', 10);
      expect(await variables.cancelRotation(id, 'TOKEN')).toBe(true);
      await pass(11);
      expect(await read('TOKEN')).toBe('old');
      const content = JSON.stringify(await database.query('SELECT * FROM variable'));
      expect(content).not.toMatch(/old|new/);
    });

    it('keep a rotation to come when they are set, and end it when they are no secret any more', async () => {
      await setSecret('old');
      await rotate('new', 10);
      await setSecret('between');
      expect(await read('TOKEN')).toBe('between');
      await pass(11);
      expect(await read('TOKEN')).toBe('new');
      await setSecret('newest');
      expect(await read('TOKEN')).toBe('newest');
      await rotate('last', 10);
      await variables.set(id, { name: 'TOKEN', value: 'shown', secret: false });
      await pass(11);
      expect(await shown('TOKEN')).toMatchObject({ value: 'shown', rotation: undefined });
    });

    it('are read by older processes with the value whose time has come', async () => {
      await setSecret('old');
      await rotate('new', 10);
      await pass(11);
      await runs.insert([{ environmentId: id, selection: emptySelection, requestedBy: 'test' }]);
      await asOlder((transaction) =>
        transaction.query(`UPDATE run SET state = 'running', phase = 'preparing', fence = 1, attempt = 1,
          worker_id = 'old', lease_until = now() + interval '20 seconds' WHERE state = 'queued'`),
      );
      expect(await database.query('SELECT next_value, value_changed_by FROM variable')).toEqual([
        { next_value: null, value_changed_by: 'bob' },
      ]);
      expect(await read('TOKEN')).toBe('new');
    });

    it('count at once when an older process sets them, also after the time of a rotation', async () => {
      const stored: string[] = [];
      for (const value of ['first', 'second', 'third']) {
        await setSecret(value);
        const [row] = await database.query<{ value: string }>('SELECT value FROM variable');
        stored.push(row?.value ?? '');
      }
      const write = (value: string | undefined) =>
        asOlder((transaction) => transaction.query('UPDATE variable SET value = $1', [value]));
      await rotate('new', 10);
      await write(stored[0]);
      expect(await shown('TOKEN')).toMatchObject({ changedBy: undefined, rotation: { by: 'bob' } });
      expect(await read('TOKEN')).toBe('first');
      await pass(11);
      expect(await read('TOKEN')).toBe('new');
      await write(stored[1]);
      expect(await read('TOKEN')).toBe('second');
    });

    it('have the value of a model after any changes and times', async () => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('set' as const), value: fc.nat(9) }),
        fc.record({
          kind: fc.constant('rotate' as const),
          value: fc.nat(9),
          minutes: fc.integer({ min: 5, max: 20 }),
        }),
        fc.record({ kind: fc.constant('cancel' as const) }),
        fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 5, max: 20 }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          await variables.unset(id, 'TOKEN');
          await setSecret('start');
          let model: { value: string; next?: { value: string; minutes: number } | undefined } = {
            value: 'start',
          };
          for (const each of steps) {
            if (each.kind === 'set') {
              await setSecret(`s${each.value}`);
              model = { ...model, value: `s${each.value}` };
            } else if (each.kind === 'rotate') {
              // Half a minute more, so that the time that the test takes does not decide.
              await rotate(`r${each.value}`, each.minutes + 0.5);
              model = { ...model, next: { value: `r${each.value}`, minutes: each.minutes } };
            } else if (each.kind === 'cancel') {
              expect(await variables.cancelRotation(id, 'TOKEN')).toBe(model.next !== undefined);
              model = { value: model.value };
            } else {
              await pass(each.minutes);
              const left = model.next && { ...model.next, minutes: model.next.minutes - each.minutes };
              model = left && left.minutes < 0 ? { value: left.value } : { value: model.value, next: left };
            }
            expect(await read('TOKEN')).toBe(model.value);
            expect((await shown('TOKEN'))?.rotation !== undefined).toBe(model.next !== undefined);
          }
        }),
        { numRuns: 15 },
      );
    });
  });
}
