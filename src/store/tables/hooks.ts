import { Fault } from '../../faults/fault.ts';
import type { Hook } from '../../model/hook.ts';
import {
  type Database,
  notifyChange,
  type Queryable,
  sqlState,
  storableJson,
  uniqueViolation,
} from '../database/database.ts';
import { storedAction } from './hook-action.ts';

/** The fields of a hook that users set. */
export type HookFields = Pick<
  Hook,
  'moment' | 'position' | 'enabled' | 'action' | 'timeLimitSeconds' | 'repeatable' | 'appliedFrom'
>;

/** Where a hook is declared: the id of an environment, or all environments. */
export type HookScope = number | 'global';

export type Hooks = ReturnType<typeof createHooks>;

/** Hooks of environments, and of all environments. */
export function createHooks({ database }: { database: Database }) {
  return {
    /** All of them: those of all environments first, then by environment. */
    list: (): Promise<Hook[]> => select(database, 'true', []),

    /** Those of an environment and of all environments. */
    listOf: (environmentId: number): Promise<Hook[]> =>
      select(database, 'environment_id IS NULL OR environment_id = $1', [environmentId]),

    /** Errors: HOOK_UNKNOWN. */
    get: (scope: HookScope, name: string): Promise<Hook> => read(database, scope, name),

    /** Adds a hook. Without a position it comes after those of its moment. Errors: HOOK_EXISTS. */
    create(
      scope: HookScope,
      name: string,
      by: string,
      fields: Omit<HookFields, 'position'> & { position: number | undefined },
    ): Promise<Hook> {
      return write(scope, async (transaction) => {
        try {
          await transaction.query(
            `INSERT INTO hook (environment_id, name, moment, position, enabled, action, time_limit_seconds, repeatable, applied_from,
               changed_by)
             VALUES ($1, $2, $3, coalesce($4, 10 + (SELECT coalesce(max(position), 0) FROM hook
               WHERE moment = $3 AND (environment_id IS NULL OR environment_id = $1))), $5, $6::jsonb, $7, $8, $9, $10)`,
            [scopeId(scope), name, fields.moment, fields.position ?? null, ...values(fields), by],
          );
        } catch (error) {
          if (sqlState(error) !== uniqueViolation) throw error;
          throw new Fault('HOOK_EXISTS', `There is already a hook ${name} ${describeScope(scope)}.`, {
            cause: error,
          });
        }
        return read(transaction, scope, name);
      });
    },

    /** Changes a hook to what `change` returns for the current one. Runs that have begun keep it as it was. Errors: HOOK_UNKNOWN. */
    update(scope: HookScope, name: string, by: string, change: (current: Hook) => HookFields): Promise<Hook> {
      return write(scope, async (transaction) => {
        const { id } = await read(transaction, scope, name);
        await transaction.query('SELECT FROM hook WHERE id = $1 FOR UPDATE', [id]);
        const fields = change(await read(transaction, scope, name));
        await transaction.query(
          `UPDATE hook SET moment = $2, position = $3, enabled = $4, action = $5::jsonb, time_limit_seconds = $6, repeatable = $7,
             applied_from = $8, changed_by = $9, changed_at = now() WHERE id = $1`,
          [id, fields.moment, fields.position, ...values(fields), by],
        );
        return read(transaction, scope, name);
      });
    },

    /** Errors: HOOK_UNKNOWN. */
    remove(scope: HookScope, name: string): Promise<Hook> {
      return write(scope, async (transaction) => {
        const hook = await read(transaction, scope, name);
        await transaction.query('DELETE FROM hook WHERE id = $1', [hook.id]);
        return hook;
      });
    },
  };

  function write(scope: HookScope, work: (transaction: Queryable) => Promise<Hook>): Promise<Hook> {
    return database.transaction(async (transaction) => {
      const hook = await work(transaction);
      await notifyChange(transaction, scope === 'global' ? 'environments' : `environment ${scope}`);
      return hook;
    });
  }
}

const scopeId = (scope: HookScope) => (scope === 'global' ? null : scope);

function describeScope(scope: HookScope): string {
  return scope === 'global' ? 'of all environments' : 'of this environment';
}

function values(fields: Omit<HookFields, 'position'>): unknown[] {
  const { enabled, action, timeLimitSeconds, repeatable, appliedFrom } = fields;
  return [enabled, storableJson(action), timeLimitSeconds, repeatable, appliedFrom ?? null];
}

/** Errors: HOOK_UNKNOWN. */
async function read(database: Queryable, scope: HookScope, name: string): Promise<Hook> {
  const [hook] = await select(database, 'coalesce(environment_id, 0) = $1 AND hook.name = $2', [
    scopeId(scope) ?? 0,
    name,
  ]);
  if (hook) return hook;
  throw new Fault('HOOK_UNKNOWN', `There is no hook ${JSON.stringify(name)} ${describeScope(scope)}.`);
}

interface Row {
  id: number;
  code: string | null;
  name: string;
  moment: Hook['moment'];
  position: number;
  enabled: boolean;
  action: unknown;
  time_limit_seconds: number;
  repeatable: boolean;
  applied_from: string | null;
  changed_by: string;
  changed_at: Date;
}

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Hook[]> {
  const rows = await database.query<Row & Record<string, unknown>>(
    `SELECT hook.*, code FROM hook LEFT JOIN environment ON environment.id = environment_id
     WHERE (${condition}) AND removed_at IS NULL
     ORDER BY code NULLS FIRST, moment DESC, position, hook.name`,
    parameters,
  );
  return rows.map((row) => ({
    id: row.id,
    environment: row.code ?? undefined,
    name: row.name,
    moment: row.moment,
    position: row.position,
    enabled: row.enabled,
    action: storedAction.parse(row.action),
    timeLimitSeconds: row.time_limit_seconds,
    repeatable: row.repeatable,
    appliedFrom: row.applied_from ?? undefined,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  }));
}
