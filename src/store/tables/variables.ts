import type { SecretBox } from '../../crypto/secret-box.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { isVariableName, type Variable } from '../../model/environment.ts';
import { maxRotationAheadMs } from '../../model/limits.ts';
import { notifyChange, type Queryable, storable } from '../database/database.ts';

/** The scope of variables: one environment, by its id, or all. */
export type Scope = number | 'global';

/** A variable with its decrypted value. */
export interface VariableValue {
  name: string;
  value: string;
  secret: boolean;
}

export interface NewVariable extends VariableValue {
  /** `undefined`: that of the stored variable stays. */
  description?: string | undefined;
}

/** A claim of a run, whose attempt reads the values of the moment when it started. */
export interface ReadingClaim {
  runId: number;
  fence: number;
}

interface Row {
  name: string;
  value: string;
  secret: boolean;
  description: string;
  changed_at: Date | null;
  changed_by: string | null;
  next_at: Date | null;
  next_by: string | null;
  next_set_at: Date | null;
}

export type Variables = ReturnType<typeof createVariables>;

/**
 * Variables of environments. The value of a secret may have a successor with a time: which of them counts is decided when it is read, by the
 * clock of the database.
 */
export function createVariables(deps: { database: Queryable; secrets: SecretBox }) {
  const { database, secrets } = deps;
  return {
    /**
     * Adds or replaces a variable; a secret is encrypted. A rotation that is still to come stays, unless the variable is no secret any more.
     * Errors: INPUT_INVALID for a bad name; ENVIRONMENT_UNKNOWN.
     */
    async set(scope: Scope, variable: NewVariable, by?: string): Promise<void> {
      const { name, value, secret, description } = variable;
      assertName(name);
      const stored = secret ? secrets.encrypt(value, contextOf(scope, name)) : value;
      const rows = await database.query(
        `INSERT INTO variable (environment_id, name, value, secret, description, value_changed_at, value_changed_by)
         SELECT $1::int, $2, $3, $4, coalesce($5, ''), clock_timestamp(), $6
         WHERE $1::int IS NULL OR EXISTS (SELECT FROM environment WHERE id = $1::int AND removed_at IS NULL)
         ON CONFLICT (coalesce(environment_id, 0), name)
         DO UPDATE SET description = coalesce($5, variable.description),
           secret = CASE WHEN $7 THEN excluded.secret ELSE variable.secret END,
           value = CASE WHEN $7 THEN excluded.value ELSE variable.value END,
           value_changed_at = CASE WHEN $7 THEN excluded.value_changed_at ELSE variable.value_changed_at END,
           value_changed_by = CASE WHEN $7 THEN excluded.value_changed_by ELSE variable.value_changed_by END
         RETURNING id`,
        [
          ...[idOf(scope), name, stored, secret],
          ...[
            description === undefined ? null : storable(description),
            by === undefined ? null : storable(by),
          ],
          !(await hasValue(scope, variable)),
        ],
      );
      if (rows.length === 0) throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${scope}.`);
      await notifyChange(database, changeOf(scope));
    },

    /** Removes a variable. False when it does not exist. */
    unset: (scope: Scope, name: string): Promise<boolean> =>
      change(scope, name, `DELETE FROM variable WHERE ${isVariable}`),

    /** Changes the description of a variable. False when it does not exist. */
    describe: (scope: Scope, name: string, description: string): Promise<boolean> =>
      change(scope, name, `UPDATE variable SET description = $3 WHERE ${isVariable}`, [
        storable(description),
      ]),

    /**
     * Gives a secret another value from a time on; it replaces a rotation that is still to come. False when there is no such secret. Errors:
     * INPUT_INVALID for a time that has passed or is too far away.
     */
    async rotate(
      scope: Scope,
      { name, value, at, by }: { name: string; value: string; at: Date; by: string },
    ): Promise<boolean> {
      const [clock] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      const aheadMs = at.getTime() - (clock?.now.getTime() ?? Number.NaN);
      if (!(aheadMs > 0 && aheadMs <= maxRotationAheadMs)) {
        throw new Fault(
          'INPUT_INVALID',
          'The time of the new value must be in the future, and at most a year away; set the value to change it at once.',
        );
      }
      return change(
        scope,
        name,
        `UPDATE variable SET
           value = CASE WHEN ${isDue('now()')} THEN next_value ELSE value END,
           value_changed_at = CASE WHEN ${isDue('now()')} THEN next_at ELSE value_changed_at END,
           value_changed_by = CASE WHEN ${isDue('now()')} THEN next_by ELSE value_changed_by END,
           next_value = $3, next_at = $4, next_by = $5, next_set_at = clock_timestamp()
         WHERE secret AND ${isVariable}`,
        [secrets.encrypt(value, contextOf(scope, name)), at, storable(by)],
      );
    },

    /** Cancels the rotation of a secret before its time. False when there is none. */
    cancelRotation: (scope: Scope, name: string): Promise<boolean> =>
      change(
        scope,
        name,
        `UPDATE variable SET next_value = NULL, next_at = NULL, next_by = NULL, next_set_at = NULL
         WHERE next_at > clock_timestamp() AND ${isVariable}`,
      ),

    /** The variables by name; secret ones without their value. */
    async list(scope: Scope): Promise<Variable[]> {
      return (await read(scope)).map(toVariable);
    },

    /**
     * The variables by name, with the decrypted values of secret ones: only for the runner and comparisons. Those of now, or of the start of the
     * attempt of a claim. Errors: SECRET_KEY_WRONG.
     */
    async readAll(scope: Scope, claim?: ReadingClaim): Promise<VariableValue[]> {
      const rows = await read(scope, { claim });
      return rows.map(({ name, value, secret }) => ({
        name,
        value: secret ? secrets.decrypt(value, contextOf(scope, name)) : value,
        secret,
      }));
    },
  };

  function read(scope: Scope, { claim, name }: { claim?: ReadingClaim | undefined; name?: string } = {}) {
    return database.query<Row>(
      `SELECT name, secret, description, next_by, next_set_at,
         CASE WHEN ${isDue('moment')} THEN next_value ELSE value END AS value,
         CASE WHEN ${isDue('moment')} THEN next_at ELSE value_changed_at END AS changed_at,
         CASE WHEN ${isDue('moment')} THEN next_by ELSE value_changed_by END AS changed_by,
         CASE WHEN next_at > moment THEN next_at END AS next_at
       FROM variable CROSS JOIN (
         SELECT coalesce((SELECT started_at FROM attempt WHERE run_id = $2 AND fence = $3), now()) AS moment
       ) AS clock
       WHERE environment_id IS NOT DISTINCT FROM $1::int AND ($4::text IS NULL OR name = $4) ORDER BY name`,
      [idOf(scope), claim?.runId ?? null, claim?.fence ?? null, name ?? null],
    );
  }

  /** Whether a variable has the value already, and is secret as demanded. One that cannot be decrypted is replaced. */
  async function hasValue(scope: Scope, { name, value, secret }: VariableValue): Promise<boolean> {
    const [row] = await read(scope, { name });
    if (row === undefined || row.secret !== secret) return false;
    if (!secret) return row.value === value;
    try {
      return secrets.decrypt(row.value, contextOf(scope, name)) === value;
    } catch (error) {
      if (isFault(error, 'SECRET_KEY_WRONG')) return false;
      throw error;
    }
  }

  /** Executes a statement on one variable; its own values are `$3` and so on. False when it changes nothing. */
  async function change(scope: Scope, name: string, sql: string, values: unknown[] = []): Promise<boolean> {
    const rows = await database.query(`${sql} RETURNING id`, [idOf(scope), name, ...values]);
    if (rows.length > 0) await notifyChange(database, changeOf(scope));
    return rows.length > 0;
  }
}

const isVariable = 'environment_id IS NOT DISTINCT FROM $1::int AND name = $2';
const isDue = (moment: string) => `next_at <= ${moment}`;

function toVariable(row: Row): Variable {
  const { name, value, secret, description, changed_at, changed_by, next_at, next_by, next_set_at } = row;
  return {
    name,
    value: secret ? undefined : value,
    secret,
    description,
    changedAt: changed_at ?? undefined,
    changedBy: changed_by ?? undefined,
    rotation:
      next_at === null ? undefined : { at: next_at, by: next_by ?? '', setAt: next_set_at ?? next_at },
  };
}

function assertName(name: string): void {
  if (isVariableName(name)) return;
  throw new Fault('INPUT_INVALID', `${JSON.stringify(name)} cannot be the name of a variable.`);
}

const idOf = (scope: Scope) => (scope === 'global' ? null : scope);

const changeOf = (scope: Scope) => (scope === 'global' ? 'environments' : (`environment ${scope}` as const));

function contextOf(scope: Scope, name: string): string {
  return scope === 'global' ? `variable/${name}` : `environment/${scope}/variable/${name}`;
}
