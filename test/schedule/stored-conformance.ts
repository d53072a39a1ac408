import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import type { Environment } from '../../src/model/environment.ts';
import type { Schedule } from '../../src/model/schedule.ts';
import type { Firer } from '../../src/schedule/fire.ts';
import type { Database } from '../../src/store/database/database.ts';
import { type Firings, maxFirings } from '../../src/store/tables/firings.ts';
import type { Runs } from '../../src/store/tables/runs.ts';
import { fillScheduleKeys } from '../../src/store/tables/schedule-keys.ts';
import type { ScheduleFields, Schedules } from '../../src/store/tables/schedules.ts';

const _at = (text: string) => new Date(`2026-05-04T${text}Z`);

/** What the tables of schedules keep. */
export function storedSchedulesConformance(
  opened: () => {
    database: Database;
    runs: Runs;
    schedules: Schedules;
    firings: Firings;
    firer: Firer;
    us: Environment;
    es: Environment;
  },
  create: (more?: Partial<ScheduleFields & { nextAt: Date }>) => Promise<Schedule>,
): void {
  let { database, runs, schedules, firings, firer, us, es } = opened();
  beforeEach(() => {
    ({ database, runs, schedules, firings, firer, us, es } = opened());
  });

  it('has one schedule for each name, regardless of case', async () => {
    await create();
    await expect(create({ name: 'NIGHTLY' })).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    await create({ name: 'weekly' });
    const rename = schedules.update('weekly', (current) => ({
      ...current,
      environmentIds: [us.id],
      name: 'Nightly',
    }));
    await expect(rename).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    await expect(create({ name: 'Ｎightly' })).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    // `lower` of PostgreSQL makes the dotted capital an i in some locales.
    const { id } = await create({ name: 'nİghtly', environmentIds: [us.id] });
    expect(await schedules.get('NİGHTLY')).toMatchObject({ id });
    await expect(schedules.get('nightly')).resolves.toMatchObject({ name: 'nightly' });
  });

  it('finds schedules that older processes insert and rename, also those whose names have the same key', async () => {
    const log = pino({}, { write: (line: string) => (logText += line) });
    let logText = '';
    const older = async (name: string) => {
      const { id } = await create({ name: `${name}, not yet` });
      await database.query('UPDATE schedule SET name = $2 WHERE id = $1', [id, name]);
      return id;
    };
    const first = await older('Nightly');
    const wide = await older('Ｎightly');
    expect(await schedules.get('NIGHTLY')).toMatchObject({ id: first });
    expect(await schedules.get('Ｎightly')).toMatchObject({ id: wide });
    await fillScheduleKeys({ database, log });
    await Promise.all([fillScheduleKeys({ database, log }), fillScheduleKeys({ database, log })]);
    expect(logText).toContain('"schedule":"Ｎightly"');
    expect(logText).not.toContain('"schedule":"Nightly"');
    expect(await schedules.get('nightly')).toMatchObject({ id: first });
    expect(await schedules.get('Ｎightly')).toMatchObject({ id: wide });
    const change = (name: string) => (current: Schedule) => ({
      ...current,
      environmentIds: [us.id],
      name,
    });
    await expect(schedules.update('Ｎightly', change('NIGHTLY'))).rejects.toMatchObject({
      code: 'SCHEDULE_EXISTS',
    });
    expect(await schedules.update('Ｎightly', change('Ｗide'))).toMatchObject({ id: wide });
    expect(await schedules.get('wide')).toMatchObject({ id: wide });
  });

  it('has the last hundred firings of each schedule', async () => {
    const { id } = await create();
    await create({ name: 'weekly', environmentIds: [es.id] });
    await firer.byHand('weekly', 'ann');
    for (let each = 0; each < maxFirings + 3; each += 1) await firer.byHand('nightly', 'ann');
    const storedFirings = await firings.list(id, 1_000);
    expect(storedFirings).toHaveLength(maxFirings);
    expect((storedFirings[0]?.id ?? 0) - (storedFirings.at(-1)?.id ?? 0)).toBe(maxFirings - 1);
    expect((await firings.latest()).size).toBe(2);
  });

  it('keeps the runs when a schedule is removed', async () => {
    await create({ environmentIds: [us.id] });
    const { runs: created } = await firer.byHand('nightly', 'ann');
    await schedules.remove('nightly');
    expect(await runs.get(created[0] ?? 0)).toMatchObject({
      state: 'queued',
      requestedBy: 'schedule nightly',
      scheduleId: undefined,
    });
    await expect(schedules.get('nightly')).rejects.toMatchObject({ code: 'SCHEDULE_UNKNOWN' });
  });
}
