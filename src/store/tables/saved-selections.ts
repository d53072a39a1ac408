import { Fault } from '../../faults/fault.ts';
import { nameKey } from '../../model/name-key.ts';
import type { RunOptions } from '../../model/run-options.ts';
import type { SavedSelection } from '../../model/saved-selection.ts';
import type { Selection } from '../../model/selection.ts';
import {
  type Database,
  notifySchedules,
  type Queryable,
  sqlState,
  uniqueViolation,
} from '../database/database.ts';
import { ofRunOptions, toRunOptions } from './run-options.ts';
import { setEnvironments } from './set-environments.ts';
import { storedSelection } from './stored-selection.ts';

/** The fields of a saved selection that users set. */
export interface SavedSelectionFields {
  name: string;
  description: string;
  selection: Selection;
  priority: number;
  options: RunOptions;
  ref?: string | undefined;
  environmentIds: number[];
  disabled: SavedSelection['disabled'];
  appliedFrom: string | undefined;
}

export type SavedSelections = ReturnType<typeof createSavedSelections>;

/** Saved selections. Names are compared by `nameKey`. */
export function createSavedSelections(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** Errors: SAVED_SELECTION_EXISTS. */
    create(fields: SavedSelectionFields & { createdBy: string }): Promise<SavedSelection> {
      return write(fields.name, async (transaction) => {
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO saved_selection (name, name_key, description, selection, priority, options, disabled_at, disabled_by, applied_from,
             ref, created_by, changed_by)
           VALUES ($1, $2, $3, $4::jsonb, $5, $6::jsonb, $7, $8, $9, $10, $11, $11) RETURNING id`,
          [...values(fields), fields.createdBy],
        );
        const { id } = row as { id: number };
        await setEnvironments(transaction, { of: 'savedSelection', id }, fields.environmentIds);
        return readById(transaction, id);
      });
    },

    /** All of them, by name. */
    list: (): Promise<SavedSelection[]> => select(database, 'true', []),

    /** Errors: SAVED_SELECTION_UNKNOWN. */
    get: (name: string): Promise<SavedSelection> => readSavedSelection(database, name),

    /**
     * Updates a saved selection to what `change` returns for the current one, and the schedules that use it. Errors:
     * SAVED_SELECTION_UNKNOWN, SAVED_SELECTION_EXISTS; SAVED_SELECTION_IN_USE when it has no environments left for its schedules; those
     * of `change`.
     */
    update(
      name: string,
      by: string,
      change: (current: SavedSelection) => SavedSelectionFields,
    ): Promise<SavedSelection> {
      return write(name, async (transaction) => {
        const { id } = await readSavedSelection(transaction, name);
        await lockSchedules(transaction, id);
        await transaction.query('SELECT FROM saved_selection WHERE id = $1 FOR UPDATE', [id]);
        const fields = change(await readById(transaction, id));
        await transaction.query(
          `UPDATE saved_selection SET name = $2, name_key = $3, description = $4, selection = $5::jsonb, priority = $6,
             options = $7::jsonb, disabled_at = $8, disabled_by = $9, applied_from = $10, ref = $11, changed_by = $12, changed_at = now()
           WHERE id = $1`,
          [id, ...values(fields), by],
        );
        await setEnvironments(transaction, { of: 'savedSelection', id }, fields.environmentIds);
        await copyToSchedules(transaction, id);
        return readById(transaction, id);
      });
    },

    /** Removes a saved selection; its runs stay. Errors: SAVED_SELECTION_UNKNOWN; SAVED_SELECTION_IN_USE by schedules. */
    remove(name: string): Promise<SavedSelection> {
      return write(name, async (transaction) => {
        const { id } = await readSavedSelection(transaction, name);
        await transaction.query('SELECT FROM saved_selection WHERE id = $1 FOR UPDATE', [id]);
        // A schedule of it that is added meanwhile waits for the lock, and then does not find it.
        const saved = await readById(transaction, id);
        if (saved.schedules.length > 0) {
          throw new Fault(
            'SAVED_SELECTION_IN_USE',
            `Saved selection ${JSON.stringify(saved.name)} is used by schedules: ${saved.schedules.join(', ')}.`,
          );
        }
        await transaction.query('DELETE FROM saved_selection WHERE id = $1', [id]);
        return saved;
      });
    },
  };

  /** Runs `work` in a transaction, and notifies listeners. */
  async function write(
    name: string,
    work: (transaction: Queryable) => Promise<SavedSelection>,
  ): Promise<SavedSelection> {
    try {
      return await database.transaction(async (transaction) => {
        const saved = await work(transaction);
        await notifySchedules(transaction);
        return saved;
      });
    } catch (error) {
      if (sqlState(error) !== uniqueViolation) throw error;
      throw new Fault('SAVED_SELECTION_EXISTS', `Saved selection ${JSON.stringify(name)} already exists.`, {
        cause: error,
      });
    }
  }
}

/** Errors: SAVED_SELECTION_UNKNOWN. */
async function readSavedSelection(database: Queryable, name: string): Promise<SavedSelection> {
  const [saved] = await select(database, 'saved_selection.name_key = $1', [nameKey(name)]);
  if (saved) return saved;
  throw new Fault('SAVED_SELECTION_UNKNOWN', `There is no saved selection ${JSON.stringify(name)}.`);
}

/** Errors: SAVED_SELECTION_UNKNOWN when it was removed. */
async function readById(database: Queryable, id: number): Promise<SavedSelection> {
  const [saved] = await select(database, 'saved_selection.id = $1', [id]);
  if (saved) return saved;
  throw new Fault('SAVED_SELECTION_UNKNOWN', 'The saved selection was removed.');
}

/** Before the saved selection itself: a firing locks its schedule, and then refers to the saved selection. */
async function lockSchedules(transaction: Queryable, id: number): Promise<void> {
  await transaction.query('SELECT FROM schedule WHERE saved_selection_id = $1 ORDER BY id FOR UPDATE', [id]);
}

/**
 * Copies what a saved selection has to the schedules that use it, or to one of them. A firing that has read one before starts again, because its revision
 * has changed. Errors: SAVED_SELECTION_IN_USE without environments for them.
 */
export async function copyToSchedules(
  transaction: Queryable,
  id: number,
  scheduleId?: number,
): Promise<void> {
  const parameters = [id, scheduleId ?? null];
  const isOfSaved = 'schedule.saved_selection_id = $1 AND ($2::int IS NULL OR schedule.id = $2)';
  await transaction.query(
    `UPDATE schedule SET selection = saved_selection.selection, revision = revision + 1
     FROM saved_selection WHERE saved_selection.id = $1 AND ${isOfSaved}`,
    parameters,
  );
  await transaction.query(
    `DELETE FROM schedule_environment USING schedule
     WHERE schedule.id = schedule_id AND ${isOfSaved} AND saved_environments
       AND environment_id NOT IN (SELECT environment_id FROM saved_selection_environment WHERE saved_selection_id = $1)`,
    parameters,
  );
  await transaction.query(
    `INSERT INTO schedule_environment (schedule_id, environment_id)
     SELECT schedule.id, environment_id FROM schedule
     JOIN saved_selection_environment ON saved_selection_environment.saved_selection_id = schedule.saved_selection_id
     WHERE ${isOfSaved} AND saved_environments
     ON CONFLICT (schedule_id, environment_id) DO NOTHING`,
    parameters,
  );
  const empty = await transaction.query<{ name: string }>(
    `SELECT name FROM schedule WHERE ${isOfSaved} AND saved_environments
       AND NOT EXISTS (SELECT FROM schedule_environment WHERE schedule_id = schedule.id) ORDER BY name`,
    parameters,
  );
  if (empty.length === 0) return;
  const names = empty.map(({ name }) => name).join(', ');
  throw new Fault(
    'SAVED_SELECTION_IN_USE',
    `The saved selection has no environments, and schedules have none of their own: ${names}.`,
  );
}

function values(fields: SavedSelectionFields): unknown[] {
  const { name, description, selection, priority, options, disabled, appliedFrom, ref } = fields;
  return [
    ...[name, nameKey(name), description, JSON.stringify(selection), priority, ofRunOptions(options)],
    ...[disabled?.since ?? null, disabled?.by ?? null, appliedFrom ?? null, ref ?? null],
  ];
}

async function select(
  database: Queryable,
  condition: string,
  parameters: unknown[],
): Promise<SavedSelection[]> {
  const rows = await database.query<Row>(
    `SELECT saved_selection.*,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', environment.id, 'code', code, 'removed', removed_at IS NOT NULL) ORDER BY code, environment.id), '[]')
        FROM saved_selection_environment JOIN environment ON environment.id = environment_id
        WHERE saved_selection_id = saved_selection.id) AS environments,
       (SELECT coalesce(jsonb_agg(schedule.name ORDER BY schedule.name), '[]')
        FROM schedule WHERE saved_selection_id = saved_selection.id) AS schedules
     FROM saved_selection WHERE ${condition} ORDER BY name_key`,
    parameters,
  );
  return rows.map(toSavedSelection);
}

interface Row {
  id: number;
  name: string;
  description: string;
  selection: unknown;
  environments: SavedSelection['environments'];
  schedules: string[];
  priority: number;
  options: unknown;
  ref: string | null;
  disabled_at: Date | null;
  disabled_by: string | null;
  applied_from: string | null;
  created_by: string;
  created_at: Date;
  changed_by: string;
  changed_at: Date;
}

function toSavedSelection(row: Row): SavedSelection {
  const {
    id,
    name,
    description,
    environments,
    schedules,
    priority,
    disabled_at: since,
    disabled_by: by,
  } = row;
  return {
    id,
    name,
    description,
    selection: storedSelection.parse(row.selection),
    environments,
    priority,
    options: toRunOptions(row.options),
    ref: row.ref ?? undefined,
    disabled: since !== null && by !== null ? { since, by } : undefined,
    schedules,
    appliedFrom: row.applied_from ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}
