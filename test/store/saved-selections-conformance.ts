import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createFirer } from '../../src/schedule/fire.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import {
  createSavedSelections,
  type SavedSelectionFields,
  type SavedSelections,
} from '../../src/store/tables/saved-selections.ts';
import {
  createSchedules,
  readClock,
  type ScheduleFields,
  type Schedules,
} from '../../src/store/tables/schedules.ts';
import { createSubmissions } from '../../src/store/tables/submissions.ts';
import { type Kind, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { newEnvironment } from '../support/samples.ts';

/** The behaviour of saved selections, for every kind of database. */
export function savedSelectionsConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let environments: Environments;
  let saved: SavedSelections;
  let schedules: Schedules;
  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    saved = createSavedSelections({ database });
    schedules = createSchedules({ database });
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  const selection = { ...emptySelection, patterns: ['Storefront*Test'], severities: ['BLOCKER' as const] };
  const idOf = async (code: string) => (await environments.create(newEnvironment(code))).id;
  const fields = (more: Partial<SavedSelectionFields> = {}): SavedSelectionFields => ({
    name: 'nightly',
    description: 'what the storefront must do',
    selection,
    priority: 3,
    options: noRunOptions,
    environmentIds: [],
    disabled: undefined,
    appliedFrom: undefined,
    ...more,
  });
  const create = (more: Partial<SavedSelectionFields> = {}) =>
    saved.create({ ...fields(more), createdBy: 'ann' });
  const schedule = (more: Partial<ScheduleFields>) =>
    schedules.create({
      name: 'at two',
      cron: '0 2 * * *',
      zone: 'UTC',
      dayRule: 'vixie',
      selection: emptySelection,
      priority: 0,
      overlap: 'skip',
      missed: 'once',
      catchUpMinutes: 60,
      environmentIds: [],
      nextAt: new Date('2026-05-04T02:00:00Z'),
      createdBy: 'ann',
      ...more,
    });

  describe('saved selections', () => {
    it('are stored with all they have, and found by their name in any form', async () => {
      const us = await idOf('us');
      const options = { failedFirst: true, retryFailed: 2 };
      const created = await create({ name: 'Nächtlich', environmentIds: [us], options });
      expect(created).toEqual({
        ...{
          id: expect.any(Number),
          name: 'Nächtlich',
          description: 'what the storefront must do',
          selection,
        },
        ...{ environments: [{ id: us, code: 'us', removed: false }], priority: 3, options, schedules: [] },
        ...{ createdBy: 'ann', createdAt: expect.any(Date), changedBy: 'ann', changedAt: expect.any(Date) },
      });
      expect(await saved.get('NÄCHTLICH'.normalize('NFD'))).toEqual(created);
      expect(await saved.list()).toEqual([created]);
    });

    it('have unique names', async () => {
      await create();
      await create({ name: 'other' });
      const exists = { code: 'SAVED_SELECTION_EXISTS' };
      await expect(create({ name: 'NIGHTLY' })).rejects.toMatchObject(exists);
      await expect(saved.update('other', 'bob', () => fields())).rejects.toMatchObject(exists);
      const unknown = { code: 'SAVED_SELECTION_UNKNOWN' };
      await expect(saved.get('gone')).rejects.toMatchObject(unknown);
      await expect(saved.update('gone', 'bob', () => fields())).rejects.toMatchObject(unknown);
      await expect(saved.remove('gone')).rejects.toMatchObject(unknown);
    });

    it('are changed, and removed', async () => {
      const us = await idOf('us');
      const { id } = await create({ environmentIds: [us] });
      const disabled = { since: new Date('2026-05-04T01:00:00Z'), by: 'bob' };
      const changes = { name: 'weekly', selection: { ...emptySelection, all: true }, disabled };
      expect(await saved.update('nightly', 'bob', () => fields(changes))).toMatchObject({
        ...changes,
        ...{ id, environments: [], createdBy: 'ann', changedBy: 'bob' },
      });
      expect(await saved.remove('weekly')).toMatchObject({ id });
      expect(await saved.list()).toEqual([]);
    });

    it('show an environment that was removed', async () => {
      await create({ environmentIds: [await idOf('us')] });
      const { id } = await environments.get('us');
      await environments.remove(id);
      expect(await saved.get('nightly')).toMatchObject({ environments: [{ code: 'us', removed: true }] });
    });
  });

  describe('a schedule of a saved selection', () => {
    it('has its tests and environments, and those that it gets later', async () => {
      const [us, es] = [await idOf('us'), await idOf('es')];
      const { id } = await create({ environmentIds: [us] });
      await schedule({ saved: { id, providesEnvironments: true } });
      await schedule({ name: 'own', saved: { id, providesEnvironments: false }, environmentIds: [us] });
      const first = await schedules.get('at two');
      expect(first).toMatchObject({ selection, environments: [{ code: 'us' }], saved: { id, priority: 3 } });
      const changed = { ...emptySelection, groups: ['smoke'] };
      await saved.update('nightly', 'bob', () =>
        fields({ name: 'weekly', selection: changed, environmentIds: [es] }),
      );
      const second = await schedules.get('at two');
      expect(second).toMatchObject({
        selection: changed,
        environments: [{ code: 'es' }],
        saved: { name: 'weekly', providesEnvironments: true },
      });
      expect(second.revision).toBeGreaterThan(first.revision);
      expect(await schedules.get('own')).toMatchObject({
        selection: changed,
        environments: [{ code: 'us' }],
      });
      expect((await saved.get('weekly')).schedules).toEqual(['at two', 'own']);
    });

    it('fires what it has, whoever changes it or its saved selection meanwhile', async () => {
      const [us, es] = [await idOf('us'), await idOf('es')];
      const { id } = await create({ environmentIds: [us] });
      await schedule({ saved: { id, providesEnvironments: true }, overlap: 'replace' });
      await schedule({
        name: 'own',
        overlap: 'replace',
        saved: { id, providesEnvironments: false },
        environmentIds: [us],
      });
      const clock = () => readClock(database);
      const firer = createFirer({ database, clock, resolveSelection: async () => undefined });
      const versions = [
        { selection: { ...emptySelection, groups: ['a'] }, environmentIds: [us] },
        { selection: { ...emptySelection, groups: ['b'] }, environmentIds: [es] },
      ];
      // They lock the same rows, so another order of locks would be a deadlock.
      const changes = Array.from({ length: 12 }, (_, index) => [
        saved.update('nightly', 'bob', (current) => ({ ...fields(versions[index % 2]), name: current.name })),
        firer.byHand('at two', 'bob'),
        firer.byHand('own', 'bob'),
        schedules.update('own', (current) => ({
          ...current,
          environmentIds: [us],
          priority: index,
          saved: { id, providesEnvironments: false },
        })),
      ]);
      await Promise.all(changes.flat());
      const groupOf = { us: 'a', es: 'b' } as Record<string, string>;
      const runs = await createRuns({ database }).list({ limit: 200 });
      const ofTwo = runs.filter(({ requestedBy }) => requestedBy === 'schedule at two');
      expect(ofTwo.length).toBeGreaterThan(0);
      for (const { environmentCode, selection } of ofTwo) {
        expect([selection.groups[0], selection.patterns?.[0]]).toContain(
          selection.patterns ? 'Storefront*Test' : groupOf[environmentCode],
        );
      }
    });

    it('keeps it from being removed, and from losing the environments of the schedule', async () => {
      const us = await idOf('us');
      const { id } = await create({ environmentIds: [us] });
      await schedule({ saved: { id, providesEnvironments: true } });
      const inUse = { code: 'SAVED_SELECTION_IN_USE', message: expect.stringContaining('at two') };
      await expect(saved.remove('nightly')).rejects.toMatchObject(inUse);
      await expect(saved.update('nightly', 'bob', () => fields())).rejects.toMatchObject(inUse);
      expect(await saved.get('nightly')).toMatchObject({ environments: [{ code: 'us' }] });
      expect(await schedules.get('at two')).toMatchObject({ environments: [{ code: 'us' }] });
      await schedules.remove('at two');
      await saved.remove('nightly');
    });

    it('cannot be added with one that was removed, or that has no environments', async () => {
      const { id } = await create();
      await expect(schedule({ saved: { id, providesEnvironments: true } })).rejects.toMatchObject({
        code: 'SAVED_SELECTION_IN_USE',
      });
      await saved.remove('nightly');
      await expect(schedule({ saved: { id, providesEnvironments: false } })).rejects.toMatchObject({
        code: 'SAVED_SELECTION_UNKNOWN',
      });
      expect(await schedules.list()).toEqual([]);
    });
  });

  describe('runs of a saved selection', () => {
    it('stay when it is removed', async () => {
      const us = await idOf('us');
      const { id } = await create({ environmentIds: [us] });
      const runs = createRuns({ database });
      const submissions = createSubmissions({ database });
      const request = [{ environmentId: us, selection, requestedBy: 'ann' }];
      const submission = { name: 'nightly', savedSelectionId: id };
      const [run] = await runs.insert(request, undefined, submission);
      expect(await submissions.list({ savedSelectionId: id, limit: 5 })).toMatchObject([
        { name: 'nightly', saved: 'nightly', runs: [{ id: run?.id }] },
      ]);
      await saved.remove('nightly');
      // As a submission that was requested just before.
      await runs.insert(request, undefined, submission);
      expect(await submissions.list({ limit: 5 })).toMatchObject([
        { name: 'nightly', saved: undefined },
        { name: 'nightly', saved: undefined, runs: [{ id: run?.id }] },
      ]);
    });

    it('are a series, without those of its schedules and those of the same tests', async () => {
      const us = await idOf('us');
      const { id } = await create({ environmentIds: [us] });
      const schedule1 = await schedule({ saved: { id, providesEnvironments: true } });
      const runs = createRuns({ database });
      const submit = async (more: object, submission: object) => {
        const request = { environmentId: us, selection, requestedBy: 'ann', ...more };
        return (await runs.insert([request], undefined, submission))[0]?.submissionId ?? 0;
      };
      const first = await submit({}, { savedSelectionId: id });
      await submit({ scheduleId: schedule1.id }, { savedSelectionId: id });
      const plain = await submit({}, {});
      const last = await submit({}, { savedSelectionId: id });
      const submissions = createSubmissions({ database });
      expect(await submissions.related(last)).toMatchObject({ previous: first, next: undefined });
      expect(await submissions.related(plain)).toMatchObject({ previous: undefined, next: undefined });
    });
  });
}
