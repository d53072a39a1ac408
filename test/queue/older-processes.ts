import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue } from '../../src/queue/queue.ts';
import type { Database, Queryable } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { createSavedSelections } from '../../src/store/tables/saved-selections.ts';
import { createSchedules } from '../../src/store/tables/schedules.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

/** Processes from before refs, images and modules of environments, beside newer ones. */
export function olderProcesses(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let environments: Environments;
  let runs: Runs;

  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    runs = createRuns({ database });
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  /** Transactions as an older process has them, which does not set a name. */
  const asOlder = <T>(work: (transaction: Queryable) => Promise<T>, unset = 'matre.knows') =>
    database.transaction(async (transaction) => {
      await transaction.query(`SELECT set_config($1, '', true)`, [unset]);
      return work(transaction);
    });
  /** The claim of an older process, as far as it matters: before sources, or with them and before what `unset` names. */
  const claimAsOlder = (unset?: string) =>
    asOlder(async (transaction) => {
      const held = unset === undefined ? '' : 'OR retry_at = held_until';
      const claimed = await transaction.query<{ id: number }>(
        `UPDATE run SET state = 'running', phase = 'preparing', fence = 1, attempt = attempt + 1, worker_id = 'old',
           lease_until = now() + interval '20 seconds', retry_at = NULL
         WHERE state = 'queued' AND (retry_at IS NULL OR retry_at <= now() ${held}) RETURNING id`,
      );
      return claimed.map(({ id }) => id);
    }, unset);
  const submit = async (environmentId: number, ref?: string) => {
    const [run] = await runs.insert([{ environmentId, selection: emptySelection, requestedBy: 'test', ref }]);
    return run?.id ?? 0;
  };
  /** An insert as an older process makes it. */
  const insertAsOlder = (columns: Record<string, number>) =>
    asOlder(async (transaction: Queryable) => {
      const names = Object.keys(columns);
      const [row] = await transaction.query<{ ref: string | null }>(
        `INSERT INTO run (selection, requested_by, ${names.join(', ')})
         VALUES ('{}', 'old', ${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING ref`,
        Object.values(columns),
      );
      return row?.ref;
    });

  describe('older processes', () => {
    it('do not get a run with a ref, nor one of an environment with its own image or modules', async () => {
      const [plain, us, es, fr] = await Promise.all(
        ['plain', 'us', 'es', 'fr'].map((code) => environments.create(newEnvironment(code))),
      );
      if (!plain || !us || !es || !fr) throw new Error('no environments');
      await environments.setImage(es.id, 'shop:2.4.7');
      await environments.setModules(fr.id, [{ name: 'm', branch: 'release' }]);
      const own = await submit(plain.id);
      const held = [await submit(us.id, 'release'), await submit(es.id), await submit(fr.id)];
      expect(await claimAsOlder()).toEqual([own]);
      // They are held back, so that it does not try again at once; users do not see that.
      expect(await claimAsOlder()).toEqual([]);
      for (const id of held) {
        expect(await runs.get(id)).toMatchObject({ state: 'queued', attempt: 0, retryAt: undefined });
      }
      const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
      const claims = await queue.claimFor(['a', 'b', 'c'], []);
      const ids = claims.map((claim) => (typeof claim === 'object' ? claim.run.id : claim));
      expect(ids.sort()).toEqual(held);
      const [first] = claims;
      if (typeof first !== 'object') throw new Error('no claim');
      const module = { name: 'm', target: 'app/code/M', id: 'c1', subject: 'One' };
      const modules = [module, { ...module, name: 'n', target: 'app/code/N', id: 'c2' }];
      await queue.recorder(first.run.id, first.fence).commit({ id: 'c1', subject: 'One' }, modules);
      expect(await runs.get(first.run.id)).toMatchObject({ commit: { id: 'c1' }, modules });
      expect(await runs.commitsInUse()).toEqual(['c1', 'c2']);
    });

    it('do not get a run with tests of Playwright', async () => {
      const name = 'shop:tests/cart.spec.ts › Cart › adds';
      const selections = [
        { ...emptySelection, tests: ['A'] },
        { ...emptySelection, playwright: {} },
        { ...emptySelection, tests: ['A', name] },
        { ...emptySelection, all: true },
      ];
      const ids: number[] = [];
      for (const [index, selection] of selections.entries()) {
        const { id: environmentId } = await environments.create(newEnvironment(`e${index}`));
        const [run] = await runs.insert([{ environmentId, selection, requestedBy: 'test' }]);
        ids.push(run?.id ?? 0);
      }
      const [own, ...held] = ids;
      await database.query('INSERT INTO planned_test (run_id, position, test) VALUES ($1, 1, $2)', [
        ids.at(-1),
        name,
      ]);
      expect(await claimAsOlder('matre.playwright')).toEqual([own]);
      // They are held back, also from processes that know sources.
      expect(await claimAsOlder('matre.playwright')).toEqual([]);
      for (const id of held) {
        expect(await runs.get(id)).toMatchObject({ state: 'queued', attempt: 0, retryAt: undefined });
      }
      const queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
      const claims = await queue.claimFor(['a', 'b', 'c'], []);
      const claimed = claims.map((claim) => (typeof claim === 'object' ? claim.run.id : claim));
      expect(new Set(claimed)).toEqual(new Set(held));
    });

    it('submit what schedules, saved selections and retries have with its ref', async () => {
      const { id: environmentId } = await environments.create(newEnvironment('us'));
      const fields = {
        selection: emptySelection,
        priority: 0,
        options: noRunOptions,
        environmentIds: [environmentId],
      };
      const saved = await createSavedSelections({ database }).create({
        ...fields,
        ...{
          name: 'nightly',
          description: '',
          disabled: undefined,
          appliedFrom: undefined,
          createdBy: 'ann',
        },
        ref: 'v1',
      });
      const schedules = createSchedules({ database });
      const times = {
        cron: '0 3 * * *',
        zone: 'UTC',
        dayRule: 'vixie',
        overlap: 'skip',
        missed: 'skip',
      } as const;
      const schedule = { ...fields, ...times, catchUpMinutes: 1, nextAt: new Date(), createdBy: 'ann' };
      const own = await schedules.create({ ...schedule, name: 'own', ref: 'release' });
      const ofSaved = await schedules.create({
        ...schedule,
        name: 'saved',
        saved: { id: saved.id, providesEnvironments: true },
      });
      expect([own.ref, ofSaved.ref, ofSaved.saved?.ref]).toEqual(['release', undefined, 'v1']);
      expect(await insertAsOlder({ environment_id: environmentId, schedule_id: own.id })).toBe('release');
      expect(await insertAsOlder({ environment_id: environmentId, schedule_id: ofSaved.id })).toBe('v1');
      const [run] = await runs.insert(
        [{ environmentId, selection: emptySelection, requestedBy: 'test', ref: 'v1' }],
        undefined,
        { savedSelectionId: saved.id },
      );
      if (!run?.submissionId) throw new Error('no submission');
      expect(await insertAsOlder({ environment_id: environmentId, submission_id: run.submissionId })).toBe(
        'v1',
      );
      expect(await insertAsOlder({ environment_id: environmentId, retry_of: run.id })).toBe('v1');
      expect(await insertAsOlder({ environment_id: environmentId })).toBeNull();
    });
  });
}
