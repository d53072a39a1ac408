import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createReservations, type Reservations } from '../../src/store/tables/reservations.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { type Kind, kinds, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';
import { executeReservationSchedules, expectNoRunInside } from './reservation-schedules.ts';

/** MATRE_RESERVATION_SCHEDULES=1000 takes minutes: clearing the embedded database is slow. */
const schedulesOf = (kind: Kind) =>
  Number(process.env['MATRE_RESERVATION_SCHEDULES'] || { postgres: 40, embedded: 10 }[kind]);
const hourMs = 3_600_000;

describe.each(kinds)('reservations on %s', (kind) => {
  const schedules = schedulesOf(kind);
  let opened: TestDatabase;
  let environments: Environments;
  let reservations: Reservations;
  let runs: Runs;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
    const { database } = opened;
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    reservations = createReservations({ database });
    runs = createRuns({ database });
  });
  afterAll(() => opened.close());
  beforeEach(() => opened.clear());

  const reserve = async (
    code: string,
    more: { endsAt?: Date; durationMs?: number; afterRun?: number } = {},
  ) => {
    const { id: environmentId } = await environments.get(code);
    const length = more.endsAt ?? more.durationMs ?? new Date(Date.now() + hourMs);
    return reservations.create({
      ...{ environmentId, owner: 'alice', ownerKey: 'account 1', reason: 'test' },
      ...(typeof length === 'number' ? { durationMs: length } : { endsAt: length }),
      ...more,
    });
  };

  it(`no run starts inside one, in ${schedules} random schedules with deaths of workers`, async () => {
    const { kept } = await executeReservationSchedules(opened, schedules);
    // Each schedule begins with a run that a reservation keeps waiting.
    expect(kept).toBeGreaterThanOrEqual(schedules);
  }, 600_000);

  it('no run starts inside one while processes claim, reserve and finish at the same time', async () => {
    const codes = ['a', 'b', 'c'];
    for (const code of codes) await environments.create(newEnvironment(code));
    const queues = [1, 2, 3].map(() =>
      createQueue({ database: opened.database, log: quiet, leaseMs: 60_000 }),
    );
    const work = async (worker: number) => {
      const queue = queues[worker];
      for (let round = 0; queue && round < 8; round++) {
        for (const claim of await queue.claimFor([`w${worker}`, `v${worker}`], [])) {
          if (typeof claim !== 'object') continue;
          await queue.finish(claim.run.id, claim.fence, 'passed');
        }
        const code = codes[(worker + round) % 3] as string;
        const { id } = await reserve(code, { durationMs: hourMs });
        await reservations.advance();
        if (round % 2 === worker % 2) await reservations.end(id, 'alice');
      }
    };
    for (const code of codes) {
      const { id: environmentId } = await environments.get(code);
      await runs.insert(
        Array.from({ length: 12 }, () => ({ environmentId, selection: emptySelection, requestedBy: 'test' })),
      );
    }
    await Promise.all([work(0), work(1), work(2)]);
    await expectNoRunInside(opened.database);
  });

  // The embedded database has one connection, so no transaction can wait there while another one commits.
  if (kind === 'postgres')
    it('a run starts after the end of one also when its claim began before that end', async () => {
      const { id: environmentId } = await environments.create(newEnvironment('a'));
      await runs.insert([{ environmentId, selection: emptySelection, requestedBy: 'test' }]);
      const { id } = await reserve('a', { durationMs: hourMs });
      const delayed: Database = {
        ...opened.database,
        transaction: (work) =>
          opened.database.transaction(async (transaction) => {
            // From here on, `now()` of the transaction stays the same.
            await transaction.query('SELECT now()');
            await reservations.end(id, 'alice');
            return work(transaction);
          }),
      };
      const queue = createQueue({ database: delayed, log: quiet, leaseMs: 60_000 });
      expect(await queue.claimFor(['w'], [])).toEqual([expect.objectContaining({ fence: 1 })]);
      await expectNoRunInside(opened.database);
    });

  it('begins when the run that executes has ended, and keeps the next one waiting until then', async () => {
    const { id: environmentId } = await environments.create(newEnvironment('a'));
    const queue = createQueue({ database: opened.database, log: quiet, leaseMs: 60_000 });
    const submit = () => runs.insert([{ environmentId, selection: emptySelection, requestedBy: 'test' }]);
    await submit();
    await submit();
    const [claim] = await queue.claimFor(['w'], []);
    const { id, state } = await reserve('a', { durationMs: hourMs });
    expect(state).toBe('waiting');
    expect(await reservations.advance()).toEqual([]);
    if (typeof claim === 'object') await queue.finish(claim.run.id, claim.fence, 'failed');
    expect(await queue.claimFor(['w'], [])).toEqual([undefined]);
    expect(await reservations.advance()).toEqual([{ id, change: 'begun' }]);
    const { begunAt, endsAt } = await reservations.get(id);
    expect((endsAt?.getTime() ?? 0) - (begunAt?.getTime() ?? 0)).toBe(hourMs);
    expect(await reservations.end(id, 'bob')).toMatchObject({ state: 'ended', endedBy: 'bob' });
    expect(await queue.claimFor(['w'], [])).toEqual([expect.objectContaining({ fence: 2 })]);
  });

  it('has notices of its begin, of its near end once, and of a begin that was impossible', async () => {
    const { database } = opened;
    await database.query(
      `INSERT INTO channel (name, name_key, kind, settings, secrets, secret_names, created_by, changed_by)
       VALUES ('ops', 'ops', 'webhook', '{}', '{}', '{}', 'test', 'test')`,
    );
    await environments.create(newEnvironment('a'));
    const { id } = await reserve('a');
    const { id: second } = await reserve('a');
    await database.query(
      `UPDATE reservation SET ends_at = now() + interval '5 minutes', begun_at = now() - interval '1 hour' WHERE id = $1`,
      [id],
    );
    await database.query('UPDATE reservation SET wait_until = now() WHERE id = $1', [second]);
    await reservations.advance();
    await reservations.advance();
    const notices = await database.query<{ kind: string; details: unknown }>(
      'SELECT kind, details FROM notice ORDER BY id',
    );
    expect(notices).toEqual([
      { kind: 'reservation-started', details: { reservationId: id } },
      { kind: 'reservation-cancelled', details: { reservationId: second } },
      { kind: 'reservation-near-end', details: { reservationId: id } },
    ]);
  });

  it('ends when its environment is removed', async () => {
    const { id: environmentId } = await environments.create(newEnvironment('a'));
    const { id } = await reserve('a');
    await environments.remove(environmentId);
    expect(await reservations.advance()).toEqual([{ id, change: 'ended' }]);
    expect(await reservations.get(id)).toMatchObject({ endReason: 'The environment was removed.' });
  });

  it('are at most 20 of an environment, and none has passed already', async () => {
    await environments.create(newEnvironment('a'));
    await expect(reserve('a', { endsAt: new Date(Date.now() - 1) })).rejects.toMatchObject({
      code: 'RESERVATION_TIME_INVALID',
    });
    for (let count = 0; count < 20; count++) await reserve('a');
    await expect(reserve('a')).rejects.toMatchObject({ code: 'RESERVATIONS_TOO_MANY' });
  });
});
