import { expect, it } from 'vitest';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import { dayRuleOf, draftOf, fieldsOf, newDraft } from './draft.ts';

it('keeps an unchanged schedule as it is, except for removed environments', () => {
  const fields = {
    cron: '30 2 * * *',
    zone: 'Europe/Berlin',
    selection: { all: false, tests: ['A'], groups: ['smoke'], suites: ['S'], exclude: ['B'] },
    priority: 3,
    overlap: 'queue' as const,
    missed: 'skip' as const,
    catchUpMinutes: 30,
  };
  const environments = [
    { code: 'us', removed: false },
    { code: 'gone', removed: true },
  ];
  const options = { retryFailed: 2, failedFirst: false, maxFailures: null };
  const schedule = {
    ...fields,
    name: 'nightly',
    environments,
    options,
    ref: 'v1',
  } as unknown as ScheduleView;
  expect(fieldsOf(draftOf(schedule))).toEqual({
    ...{ ...fields, environments: ['us'], options: { retryFailed: 2, failedFirst: false }, ref: 'v1' },
  });
  expect(draftOf(schedule).name).toBe('nightly');
  const { selection: _, ...rest } = fields;
  const ofSaved = { ...schedule, saved: { name: 'release', environments: true, disabled: false } };
  expect(fieldsOf(draftOf(ofSaved))).toMatchObject({ ...rest, saved: 'release', environments: null });
});

it('starts a new schedule in the local time zone', () => {
  expect(newDraft().zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

it('keeps the day rule of a saved schedule until its expression changes', () => {
  const saved = { cron: '0 3 */2 * MON', dayRule: 'either' as const };
  expect(dayRuleOf({ cron: ' 0 3 */2 * MON' }, saved)).toBe('either');
  expect(dayRuleOf({ cron: '0 3 */3 * MON' }, saved)).toBe('vixie');
  expect(dayRuleOf(saved, undefined)).toBe('vixie');
});
