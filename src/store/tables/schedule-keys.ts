import type { Logger } from '../../log.ts';
import { nameKey } from '../../model/name-key.ts';
import { type Database, sqlState, uniqueViolation } from '../database/database.ts';

/** SQL of the unique form of the name of a schedule; see the migration 0033. */
export const scheduleKey =
  'CASE WHEN schedule.keyed_name = schedule.name THEN schedule.name_key ELSE lower(schedule.name) END';

/**
 * SQL: a schedule has the name $1, whose key is $2. Of two schedules from before there were keys both may, so `schedulesByName` puts the
 * one with exactly this name first.
 */
export const hasScheduleName = `(schedule.name = $1 OR ${scheduleKey} = $2
  OR (schedule.keyed_name IS DISTINCT FROM schedule.name AND lower(schedule.name) = lower($1)))`;
export const schedulesByName = `schedule.name = $1 DESC, ${scheduleKey} = $2 DESC, schedule.id`;

/** The parameters $1 and $2 of `hasScheduleName`. */
export const ofScheduleName = (name: string) => [name, nameKey(name)];

/**
 * Fills in the keys of schedules that have none, or that of an earlier name. Of schedules whose names have the same key, only the oldest
 * gets it: the others stay, are found by their exact names, and the log names them.
 */
export async function fillScheduleKeys({
  database,
  log,
}: {
  database: Database;
  log: Logger;
}): Promise<void> {
  const rows = await database.query<{ id: number; name: string }>(
    'SELECT id, name FROM schedule WHERE keyed_name IS DISTINCT FROM name ORDER BY id',
  );
  for (const { id, name } of rows) {
    try {
      await database.query(
        'UPDATE schedule SET name_key = $3, keyed_name = name WHERE id = $1 AND name = $2',
        [id, name, nameKey(name)],
      );
    } catch (error) {
      if (sqlState(error) !== uniqueViolation) throw error;
      log.warn({ schedule: name }, 'Another schedule has the same name; rename one of them');
    }
  }
}
