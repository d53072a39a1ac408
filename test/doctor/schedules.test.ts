import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import type { CheckContext } from '../../src/doctor/check-context.ts';
import { scheduleDays, scheduleFails, scheduleOverdue } from '../../src/doctor/checks/schedules.ts';
import { selectionUnknown } from '../../src/doctor/checks/selection-unknown.ts';
import { Fault } from '../../src/faults/fault.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createCheckContext } from '../../src/operations/system/check-context.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { newEnvironment } from '../support/samples.ts';

/** Problems of schedules. */
let testApp: TestApp;
let groupExists = true;
beforeAll(async () => {
  testApp = await openTestApp({
    settings: { MATRE_ENGINE: 'sandbox' },
    parts: {
      async resolveSelection({ playwright }) {
        if (playwright) throw new Fault('PLAYWRIGHT_NOT_SET', 'The selection has tests of Playwright.');
        if (!groupExists) throw new Fault('SELECTION_UNKNOWN', 'There is no group "smoke".');
        return undefined;
      },
    },
  });
});
afterAll(() => testApp.close());

/** Checks that only query the database. */
const runCheck = (check: Check) => check.run({ database: testApp.app.context.database } as CheckContext);

test('names a schedule that is overdue, one with another day rule, one whose group is gone, and one whose environment was removed', async () => {
  const { schedules, environments, firer, database } = testApp.app.context;
  const { id } = await environments.create(newEnvironment('us'));
  await schedules.create({
    name: 'nightly',
    cron: '@yearly',
    zone: 'UTC',
    dayRule: 'vixie',
    selection: { ...emptySelection, groups: ['smoke'] },
    priority: 0,
    overlap: 'skip',
    missed: 'skip',
    catchUpMinutes: 60,
    environmentIds: [id],
    nextAt: new Date(Date.now() + 3_600_000),
    createdBy: 'test',
  });
  expect(await runCheck(scheduleOverdue)).toMatchObject([{ status: 'ok' }]);
  expect(await runCheck(scheduleDays)).toMatchObject([{ status: 'ok' }]);
  await database.query(`UPDATE schedule SET cron = '0 3 */2 * MON', day_rule = 'either'`);
  expect(await runCheck(scheduleDays)).toMatchObject([
    {
      status: 'warning',
      code: 'SCHEDULE_DAYS_DIFFER',
      about: 'nightly',
      message: expect.stringContaining(
        'match either the day of the month (*/2) or the day of the week (MON)',
      ),
      remedy:
        'matre schedule edit "nightly" --day-rule vixie, or to keep its times matre schedule edit "nightly" --cron "0 3 1-31/2 * MON"',
    },
  ]);
  expect(await runCheck(scheduleFails)).toMatchObject([{ status: 'ok' }]);

  await database.query(`UPDATE schedule SET next_at = now() - interval '2 minutes'`);
  expect(await runCheck(scheduleOverdue)).toMatchObject([
    { code: 'SCHEDULE_OVERDUE', about: 'nightly', remedy: 'matre up' },
  ]);

  groupExists = false;
  await firer.byHand('nightly', 'test');
  expect(await runCheck(scheduleFails)).toMatchObject([
    { code: 'SELECTION_UNKNOWN', about: 'nightly', message: expect.stringContaining('no group "smoke"') },
  ]);

  await environments.remove(id);
  expect(await runCheck(scheduleFails)).toMatchObject([
    { code: 'ENVIRONMENT_UNKNOWN', message: expect.stringContaining('removed: us') },
  ]);
});

test('names a saved selection whose exclusion is gone, which is a problem once a schedule uses it', async () => {
  const { context } = testApp.app;
  const check = () =>
    selectionUnknown.run(createCheckContext(context, { environments: [], maySignIn: false }));
  await context.schedules.remove('nightly');
  groupExists = true;
  expect(await check()).toMatchObject([
    { status: 'ok', message: 'There is no saved selection and no schedule.' },
  ]);
  const { id } = await context.environments.create(newEnvironment('es'));
  const fields = { selection: { ...emptySelection, groups: ['smoke'], exclude: ['OldTest'] }, priority: 0 };
  const saved = await context.savedSelections.create({
    ...{ ...fields, name: 'imported', description: '', options: noRunOptions, environmentIds: [id] },
    ...{ disabled: undefined, appliedFrom: undefined, createdBy: 'test' },
  });
  expect(await check()).toMatchObject([{ status: 'ok' }]);
  groupExists = false;
  const finding = {
    code: 'SELECTION_UNKNOWN',
    about: 'imported',
    message: 'Saved selection imported: There is no group "smoke".',
    remedy: 'matre saved edit "imported"',
  };
  expect(await check()).toMatchObject([{ status: 'warning', ...finding }]);
  const other = await context.savedSelections.create({
    ...{ ...fields, name: 'browser', description: '', options: noRunOptions, environmentIds: [id] },
    selection: { ...emptySelection, playwright: {} },
    ...{ disabled: undefined, appliedFrom: undefined, createdBy: 'test' },
  });
  expect(await check()).toMatchObject([
    { status: 'warning', code: 'PLAYWRIGHT_NOT_SET', about: 'browser' },
    { status: 'warning', ...finding },
  ]);
  await context.savedSelections.remove(other.name);
  await context.schedules.create({
    ...{ ...fields, name: 'nightly', cron: '@yearly', zone: 'UTC', dayRule: 'vixie', environmentIds: [] },
    ...{ saved: { id: saved.id, providesEnvironments: true }, overlap: 'skip', missed: 'skip' },
    ...{ catchUpMinutes: 60, nextAt: new Date(Date.now() + 3_600_000), createdBy: 'test' },
  });
  expect(await check()).toMatchObject([{ status: 'problem', ...finding }]);
});
